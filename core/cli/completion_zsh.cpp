#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/completion.hpp"
#include "cli/words.hpp"
#include "spec/commands.hpp"

namespace polyarch::cli {
namespace {

constexpr std::string_view zsh_head = R"(#compdef polyarch
_polyarch() {
  local command= word
  for word in "${(@)words[2,CURRENT-1]}"; do
    case "$command $word" in
      ()";

constexpr std::string_view zsh_middle = R"() command="${command:+$command }$word" ;;
    esac
  done
  case $command in
)";

constexpr std::string_view zsh_tail = R"(  esac
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _polyarch "$@"
else
  compdef _polyarch polyarch
fi
)";

// Inside single quotes of zsh, and inside the brackets or before the colon of a specification.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'') out += "'\\'";
    if (c == ':' || c == '[' || c == ']' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string action_of(const spec::Option& option) {
  if (!option.more.choices.empty()) return fmt::format("({})", fmt::join(option.more.choices, " "));
  return names_a_file(option) ? "_files" : " ";
}

std::string specification(const spec::Option& option) {
  const auto value = option.kind == spec::Kind::flag ? "" : fmt::format(":{}:{}", option.name, action_of(option));
  const auto equals = option.kind == spec::Kind::flag ? "" : "=";
  const auto repeated = option.kind == spec::Kind::list ? "*" : "";
  return fmt::format(" \\\n        '{}{}{}[{}]{}'", repeated, option.flag(), equals, escaped(option.help), value);
}

std::string arguments_of(const spec::CommandInfo& command) {
  auto out = fmt::format("    '{}')\n      _arguments", command.name);
  for (const auto& option : flags_of(command)) out += specification(option);
  std::string rest = "_files";
  for (const auto& option : command.options) {
    if (option.more.positional && !option.more.choices.empty()) rest = action_of(option);
  }
  return out + fmt::format(" \\\n        '*:argument:{}' ;;\n", rest);
}

std::string commands_of(const Step& step) {
  auto out = fmt::format("    '{}')\n      local -a commands=(", step.before);
  for (const auto& word : step.next) {
    out += word.help.empty() ? fmt::format("\n        '{}'", word.text)
                             : fmt::format("\n        '{}:{}'", word.text, escaped(word.help));
  }
  return out + ")\n      _describe command commands ;;\n";
}

}  // namespace

std::string zsh_completion() {
  auto out = fmt::format("{}{}{}", zsh_head, fmt::join(step_patterns(), " | "), zsh_middle);
  for (const auto& step : steps()) out += commands_of(step);
  for (const auto& command : spec::catalog()) out += arguments_of(command);
  return out.append(zsh_tail);
}

}  // namespace polyarch::cli
