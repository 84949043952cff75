#include "report/step_label.hpp"

#include <algorithm>
#include <fmt/core.h>

#include "base/text.hpp"
#include "report/outside_text.hpp"

namespace polyarch::report {
namespace {

constexpr std::uint64_t most_steps = 10'000;

bool take_counter(std::string_view word, StepLabel& label) {
  const auto parts = text::cut(word, '/');
  const auto total = parts ? text::to_number(parts->second) : std::nullopt;
  if (!total || !text::to_number(parts->first)) return false;
  label.index = parts->first;
  label.total = static_cast<int>(std::min(*total, most_steps));
  return true;
}

// As many digits of each sha256 as tell images apart.
std::string short_digests(std::string text) {
  constexpr std::string_view algorithm = "sha256:";
  constexpr std::size_t digits = 64;
  constexpr std::size_t shown = 12;
  for (auto at = text.find(algorithm); at != std::string::npos; at = text.find(algorithm, at + 1)) {
    const auto begin = at + algorithm.size();
    const auto end = std::min(text.find_first_not_of("0123456789abcdef", begin), text.size());
    if (end - begin == digits) text.erase(begin + shown, digits - shown);
  }
  return text;
}

}  // namespace

StepLabel StepLabel::parse(std::string_view name) {
  StepLabel label;
  const auto line = short_digests(one_line(name));
  const auto end = line.find("] ");
  if (!line.starts_with('[') || end == std::string::npos) {
    label.text = line;
    return label;
  }
  label.text = line.substr(end + 2);
  for (const auto word : text::split(std::string_view(line).substr(1, end - 1), ' ')) {
    const bool platform = word.find('/') != std::string_view::npos;
    // A counter of one digit is padded to the width of the total: "build  2/12".
    if (word.empty()) continue;
    if (!take_counter(word, label) && !platform && word != "internal") label.stage = word;
  }
  return label;
}

std::string StepLabel::str() const {
  const auto counter = index.empty() ? "" : fmt::format("{}/{} ", index, total);
  return fmt::format("{}{}{}{}", stage, stage.empty() ? "" : " ", counter, text);
}

}  // namespace polyarch::report
