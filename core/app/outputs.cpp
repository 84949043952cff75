#include "app/outputs.hpp"

#include <fmt/format.h>

#include "sys/files.hpp"

namespace polyarch::app {

void hand_over(const Outputs& outputs, const spec::BuildOptions& options, const Context& context) {
  const auto& host = context.host;
  std::string lines;
  std::string entries;
  for (const auto& [name, value] : outputs) {
    // Its second line would be an output of its own.
    if (value.find_first_of("\r\n") == std::string::npos) lines += fmt::format("{}={}\n", name, value);
    entries += ci::output_entry(host, name, value);
  }
  if (!options.result_file.empty()) sys::write_file(options.result_file, lines);
  if (!host.outputs_file.empty()) sys::append_file(host.outputs_file, entries);
}

}  // namespace polyarch::app
