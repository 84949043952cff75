#include "cli/help.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "base/text.hpp"
#include "spec/commands.hpp"

namespace polyarch::cli {
namespace {

constexpr std::size_t column_of_help = 30;
constexpr std::size_t width = 100;

// `words` in lines that begin at column `indent`; the first is there already.
std::string wrapped(std::string_view words, std::size_t indent) {
  std::string out;
  std::size_t column = indent;
  for (const auto word : text::split(words, ' ')) {
    const auto size = text::columns(word);
    if (column > indent && column + 1 + size > width) {
      out += fmt::format("\n{:{}}", "", indent);
      column = indent;
    }
    if (column > indent) out += ' ';
    out += word;
    column += size + 1;
  }
  return out;
}

std::string entry(std::string_view name, std::string_view explanation) {
  const auto taken = text::columns(name) + 2;
  const auto gap = taken + 2 > column_of_help ? fmt::format("\n{:{}}", "", column_of_help)
                                              : std::string(column_of_help - taken, ' ');
  return fmt::format("  {}{}{}\n", name, gap, wrapped(explanation, column_of_help));
}

std::string usage_of(const spec::Option& option) {
  if (option.more.secret) return fmt::format("${}", option.variables().front());
  const std::string_view repeated = option.kind == spec::Kind::list ? "..." : "";
  if (option.more.positional) return fmt::format("{}{}", option.placeholder(), repeated);
  const auto letter = option.more.letter ? fmt::format("-{}, ", option.more.letter) : "    ";
  const auto value = option.kind == spec::Kind::flag ? "" : " " + option.placeholder();
  return letter + option.flag() + value + std::string(repeated);
}

std::string explanation_of(const spec::Option& option) {
  auto text = std::string(option.help);
  if (option.more.positional && !option.more.choices.empty()) {
    text += fmt::format(" ({})", fmt::join(option.more.choices, ", "));
  }
  if (option.kind != spec::Kind::flag && !option.default_value.empty()) {
    text += fmt::format(" (default: {})", option.default_value);
  }
  return text;
}

std::string entry(const spec::Option& option) {
  return entry(usage_of(option), explanation_of(option));
}

std::string synopsis(const spec::CommandInfo& command) {
  auto line = fmt::format("Usage: polyarch {} [OPTION]...", command.name);
  for (const auto& option : command.options) {
    if (!option.more.positional) continue;
    const auto argument = usage_of(option);
    line += option.more.required ? " " + argument : fmt::format(" [{}]", argument);
  }
  return line + "\n";
}

std::string sections(const spec::CommandInfo& command) {
  std::map<spec::Group, std::string> groups;
  std::string arguments;
  for (const auto& option : command.options)
    (option.more.positional ? arguments : groups[option.more.group]) += entry(option);
  for (const auto& option : spec::describe(spec::global_options()).options) groups[option.more.group] += entry(option);
  groups[spec::Group::other] += entry("-h, --help", "Show this text");
  std::string out;
  if (!arguments.empty()) out += "\nArguments:\n" + arguments;
  for (const auto& [group, text] : groups) out += fmt::format("\n{}:\n{}", spec::title(group), text);
  return out;
}

std::string examples_of(const spec::CommandInfo& command) {
  if (command.examples.empty()) return {};
  std::string out = "\nExamples:\n";
  for (const auto line : text::split(command.examples, '\n')) out += fmt::format("  {}\n", line);
  return out;
}

}  // namespace

std::string overview() {
  std::string out =
      "polyarch builds, tests and publishes multi-architecture container images.\n\n"
      "Usage: polyarch COMMAND [OPTION]...\n\nCommands:\n";
  for (const auto& command : spec::catalog()) out += entry(command.name, command.summary);
  return out + "\n`polyarch COMMAND --help` explains a command.\n";
}

std::string overview(std::string_view first_word) {
  auto out = fmt::format("Usage: polyarch {} COMMAND [OPTION]...\n\nCommands:\n", first_word);
  const auto prefix = fmt::format("{} ", first_word);
  for (const auto& command : spec::catalog()) {
    if (command.name.starts_with(prefix)) out += entry(command.name.substr(prefix.size()), command.summary);
  }
  return out + fmt::format("\n`polyarch {} COMMAND --help` explains a command.\n", first_word);
}

std::string help(const spec::CommandInfo& command) {
  auto out = fmt::format("{}.\n\n{}", command.summary, synopsis(command));
  if (!command.details.empty()) {
    out += fmt::format("\n{}\n", wrapped(text::replace_all(command.details, "\n", " "), 0));
  }
  out += sections(command) + examples_of(command);
  const auto& options = command.options;
  const auto flag = std::ranges::find_if(options, [](const auto& option) { return !option.more.positional; });
  if (flag == options.end()) return out;
  const auto note = fmt::format("Every option is also a variable: {} is {}. A flag goes before a variable.",
                                flag->flag(), flag->variables().front());
  return out + fmt::format("\n{}\n", wrapped(note, 0));
}

}  // namespace polyarch::cli
