#include "spec/commands.hpp"

namespace polyarch::spec {

std::vector<CommandInfo> catalog() {
  std::vector<CommandInfo> all;
  for_each_command([&](const auto& command) {
    if (!command.hidden) all.push_back(describe(command));
  });
  return all;
}

}  // namespace polyarch::spec
