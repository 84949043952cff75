#include "spec/emit.hpp"

#include "app/commands.hpp"

namespace polyarch::app {

int emit(const spec::EmitOptions& options, Context& context) {
  context.out << spec::emit(options.emit);
  return 0;
}

}  // namespace polyarch::app
