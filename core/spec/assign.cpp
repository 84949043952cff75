#include "spec/assign.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <limits>

#include "base/error.hpp"
#include "base/text.hpp"

namespace polyarch::spec {
namespace {

constexpr std::size_t longest_shown = 80;

[[noreturn]] void refuse(const Option& option, std::string_view origin, std::string_view text,
                         std::string_view wanted) {
  const auto shown = option.more.secret ? std::string("***") : text::printable(text.substr(0, longest_shown));
  throw Error(ErrorKind::usage, fmt::format("{}: '{}' is not {}", origin, shown, wanted), std::string(option.help));
}

void check_choice(const Option& option, std::string_view origin, std::string_view text) {
  const auto& choices = option.more.choices;
  if (choices.empty() || std::ranges::find(choices, text) != choices.end()) return;
  refuse(option, origin, text, fmt::format("one of {}", fmt::join(choices, ", ")));
}

}  // namespace

bool to_flag(const Option& option, std::string_view origin, std::string_view text) {
  const auto word = text::lower(text::trim(text));
  if (word == "true" || word == "1") return true;
  if (word == "false" || word == "0") return false;
  refuse(option, origin, text, "true or false");
}

int to_integer(const Option& option, std::string_view origin, std::string_view text) {
  const auto number = text::to_number(text::trim(text));
  if (!number || *number > std::numeric_limits<int>::max()) refuse(option, origin, text, "a whole number");
  return static_cast<int>(*number);
}

std::string to_text(const Option& option, std::string_view origin, std::string_view text) {
  check_choice(option, origin, text);
  return std::string(text);
}

std::vector<std::string> to_list(const Option& option, std::string_view origin, const std::vector<std::string>& texts) {
  std::vector<std::string> values;
  for (const auto& text : texts) {
    const auto parts = option.more.comma ? text::split(text, ',') : std::vector<std::string_view>{text};
    for (const auto part : parts) {
      const auto value = option.more.comma ? text::trim(part) : part;
      if (value.empty()) continue;
      check_choice(option, origin, value);
      values.emplace_back(value);
    }
  }
  return values;
}

}  // namespace polyarch::spec
