#include "cli/words.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "base/text.hpp"
#include "spec/commands.hpp"

namespace polyarch::cli {
namespace {

Step& step_after(std::vector<Step>& steps, std::string_view before) {
  const auto found = std::ranges::find(steps, before, &Step::before);
  return found != steps.end() ? *found : steps.emplace_back(Step{std::string(before), {}});
}

void add(Step& step, std::string_view word, std::string_view help) {
  if (std::ranges::find(step.next, word, &Step::Word::text) == step.next.end()) {
    step.next.push_back({std::string(word), help});
  }
}

}  // namespace

std::vector<Step> steps() {
  std::vector<Step> all{{"", {}}};
  for (const auto& command : spec::catalog()) {
    if (const auto words = text::cut(command.name, ' ')) {
      add(step_after(all, ""), words->first, "");
      add(step_after(all, words->first), words->second, command.summary);
    } else {
      add(step_after(all, ""), command.name, command.summary);
    }
  }
  return all;
}

std::vector<std::string> step_patterns() {
  std::vector<std::string> patterns;
  for (const auto& step : steps()) {
    for (const auto& word : step.next) patterns.push_back(fmt::format("'{} {}'", step.before, word.text));
  }
  return patterns;
}

std::vector<spec::Option> flags_of(const spec::CommandInfo& command) {
  auto options = command.options;
  std::ranges::copy(spec::describe(spec::global_options()).options, std::back_inserter(options));
  std::erase_if(options, [](const auto& option) { return option.more.positional || option.more.secret; });
  options.push_back({.name = "help",
                     .help = "Show the help",
                     .kind = spec::Kind::flag,
                     .default_value = "",
                     .more = {.letter = 'h'}});
  return options;
}

bool names_a_file(const spec::Option& option) {
  const auto& value = option.more.value;
  return option.more.positional || value == "FILE" || value == "PATH" || value == "DIR";
}

}  // namespace polyarch::cli
