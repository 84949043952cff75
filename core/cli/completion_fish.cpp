#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/completion.hpp"
#include "cli/words.hpp"
#include "spec/commands.hpp"

namespace polyarch::cli {
namespace {

constexpr std::string_view fish_head = R"(# fish completion for polyarch
function __polyarch_at
    set -l command
    for word in (commandline -opc)[2..-1]
        switch "$command $word"
            case {}
                set command (string trim "$command $word")
        end
    end
    test "$command" = "$argv"
end
)";

std::string quoted(std::string_view text) {
  return fmt::format("'{}'", text::replace_all(text::replace_all(text, "\\", "\\\\"), "'", "\\'"));
}

std::string complete(std::string_view command) {
  return fmt::format("complete -c polyarch -n '__polyarch_at {}'", command);
}

std::string line(const spec::CommandInfo& command, const spec::Option& option) {
  auto out = fmt::format("{} -l {}", complete(command.name), option.name);
  if (option.more.letter) out += fmt::format(" -s {}", option.more.letter);
  if (option.kind != spec::Kind::flag) out += names_a_file(option) ? " -r" : " -x";
  if (!option.more.choices.empty()) out += fmt::format(" -a '{}'", fmt::join(option.more.choices, " "));
  return out + fmt::format(" -d {}\n", quoted(option.help));
}

}  // namespace

std::string fish_completion() {
  auto out = fmt::format(fish_head, fmt::join(step_patterns(), " "));
  for (const auto& step : steps()) {
    for (const auto& word : step.next) {
      out += fmt::format("{} -f -a {} -d {}\n", complete(step.before), word.text, quoted(word.help));
    }
  }
  for (const auto& command : spec::catalog()) {
    for (const auto& option : command.options) {
      if (!option.more.positional || option.more.choices.empty()) continue;
      out += fmt::format("{} -f -a '{}'\n", complete(command.name), fmt::join(option.more.choices, " "));
    }
    for (const auto& option : flags_of(command)) out += line(command, option);
  }
  return out;
}

}  // namespace polyarch::cli
