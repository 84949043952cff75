#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/completion.hpp"
#include "cli/words.hpp"
#include "spec/commands.hpp"

namespace polyarch::cli {
namespace {

// A word after `=` stands alone for bash, which splits there.
constexpr std::string_view bash_head = R"(# bash completion for polyarch
_polyarch() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command= word words= values=
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$command $word" in
)";

constexpr std::string_view bash_middle = R"( command="${command:+$command }$word" ;;
    esac
  done
  [[ $previous == = ]] && previous=${COMP_WORDS[COMP_CWORD-2]}
  [[ $current == = ]] && current=
  case "$command:$previous" in
)";

constexpr std::string_view bash_tail = R"(  esac
  if [[ -n $values ]]; then
    COMPREPLY=($(compgen -W "$values" -- "$current"))
  elif [[ $current == -* || $words != -* ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  fi
}
complete -o default -F _polyarch polyarch
)";

std::string choices_of(const spec::CommandInfo& command) {
  std::string out;
  for (const auto& option : flags_of(command)) {
    if (option.more.choices.empty()) continue;
    out +=
        fmt::format("    '{}:{}') values='{}' ;;\n", command.name, option.flag(), fmt::join(option.more.choices, " "));
  }
  return out;
}

// Commands offer their flags once a dash is typed; a positional with choices offers those.
std::string words_of(const spec::CommandInfo& command) {
  std::vector<std::string> flags;
  for (const auto& option : command.options) {
    if (!option.more.positional || option.more.choices.empty()) continue;
    return fmt::format("    '{}') words='{}' ;;\n", command.name, fmt::join(option.more.choices, " "));
  }
  for (const auto& option : flags_of(command)) flags.push_back(option.flag());
  return fmt::format("    '{}') words='{}' ;;\n", command.name, fmt::join(flags, " "));
}

}  // namespace

std::string bash_completion() {
  auto out = fmt::format("{}      {})", bash_head, fmt::join(step_patterns(), " | "));
  out += bash_middle;
  for (const auto& command : spec::catalog()) out += choices_of(command);
  out += "  esac\n  case $command in\n";
  for (const auto& step : steps()) {
    std::vector<std::string> words;
    for (const auto& word : step.next) words.push_back(word.text);
    out += fmt::format("    '{}') words='{}' ;;\n", step.before, text::join(words, " "));
  }
  for (const auto& command : spec::catalog()) out += words_of(command);
  return out.append(bash_tail);
}

}  // namespace polyarch::cli
