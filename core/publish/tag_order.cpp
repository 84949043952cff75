#include "publish/tag_order.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace polyarch::publish {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Digits off the front, without leading zeros: numbers of any length compare by length, then by text.
std::string_view take_number(std::string_view& text) {
  const auto end = std::ranges::find_if_not(text, is_digit) - text.begin();
  auto number = text.substr(0, static_cast<std::size_t>(end));
  text.remove_prefix(number.size());
  number.remove_prefix(std::min(number.find_first_not_of('0'), number.size()));
  return number;
}

std::strong_ordering compare_numbers(std::string_view a, std::string_view b) {
  return a.size() != b.size() ? a.size() <=> b.size() : a <=> b;
}

// By characters, but runs of digits by their value.
std::strong_ordering natural(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    if (is_digit(a.front()) && is_digit(b.front())) {
      const auto x = take_number(a);
      if (const auto order = compare_numbers(x, take_number(b)); order != 0) return order;
      continue;
    }
    if (a.front() != b.front()) return a.front() <=> b.front();
    a.remove_prefix(1);
    b.remove_prefix(1);
  }
  return a.size() <=> b.size();
}

struct Version {
  std::vector<std::string_view> numbers;
  std::string_view rest;  // "", "-rc1", "+build"
};

// "1", "v1.2.3-rc1"; nullopt: a name, such as a commit that begins with a digit.
std::optional<Version> parse_version(std::string_view text) {
  if (text.starts_with('v')) text.remove_prefix(1);
  Version version;
  while (!text.empty() && is_digit(text.front())) {
    version.numbers.push_back(take_number(text));
    if (text.size() < 2 || text[0] != '.' || !is_digit(text[1])) break;
    text.remove_prefix(1);
  }
  if (version.numbers.empty() || !(text.empty() || text[0] == '-' || text[0] == '+' || text[0] == '_'))
    return std::nullopt;
  version.rest = text;
  return version;
}

std::strong_ordering compare(const Version& a, const Version& b) {
  for (std::size_t i = 0; i < std::max(a.numbers.size(), b.numbers.size()); ++i) {
    const auto part = [i](const Version& version) { return i < version.numbers.size() ? version.numbers[i] : ""; };
    if (const auto order = compare_numbers(part(a), part(b)); order != 0) return order;
  }
  // 1.0-rc1 comes before 1.0, as in semantic versioning.
  if (a.rest.empty() != b.rest.empty()) return a.rest.empty() <=> b.rest.empty();
  return natural(a.rest, b.rest);
}

}  // namespace

bool tag_before(std::string_view a, std::string_view b) {
  const auto x = parse_version(a);
  const auto y = parse_version(b);
  if (x.has_value() != y.has_value()) return y.has_value();
  const auto order = x ? compare(*x, *y) : natural(a, b);
  return order != 0 ? order < 0 : a < b;
}

bool fits(std::string_view pattern, std::string_view text) {
  // Where the last * stands and how much of the text it has taken: only that one ever needs to take more.
  std::size_t p = 0;
  std::size_t t = 0;
  auto star = std::string_view::npos;
  std::size_t taken = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      taken = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p, ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++taken;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

}  // namespace polyarch::publish
