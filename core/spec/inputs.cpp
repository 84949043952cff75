#include "spec/inputs.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "base/text.hpp"
#include "spec/commands.hpp"

namespace polyarch::spec {

std::vector<Option> ci_inputs() {
  auto options = describe(build_command()).options;
  const auto globals = describe(global_options()).options;
  options.insert(options.end(), globals.begin(), globals.end());
  std::erase_if(options, [](const Option& option) { return !option.more.ci; });
  return options;
}

std::string sentence(const Option& option) {
  auto text = std::string(option.help);
  if (!option.more.choices.empty()) text += fmt::format(" ({})", fmt::join(option.more.choices, ", "));
  if (option.kind == Kind::list)
    text += option.more.comma || option.more.paths ? "; a list, by lines or commas" : "; a list, one a line";
  if (option.kind != Kind::flag && !option.default_value.empty()) {
    text += fmt::format("; default: {}", option.default_value);
  }
  return text;
}

std::string yaml_quoted(std::string_view text) {
  return fmt::format("'{}'", text::replace_all(text, "'", "''"));
}

}  // namespace polyarch::spec
