#include "app/tag_pattern.hpp"

#include <fmt/core.h>
#include <iterator>
#include <regex>
#include <string_view>

#include "base/error.hpp"
#include "base/text.hpp"

namespace polyarch::app {
namespace {

constexpr std::size_t longest_matched = 512;  // std::regex recurses on every character
constexpr std::size_t longest_pattern = 512;  // and on every bracket
constexpr std::size_t most_looks = 2'000'000;

struct TooManyLooks {};

// Goes over a text and counts every look at it: "(a+)+b" tries a hundred "a" in more ways than anybody can wait for.
class CountedLetter {
 public:
  using iterator_category = std::bidirectional_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountedLetter() = default;
  CountedLetter(const char* at, std::size_t* looks) : at_(at), looks_(looks) {}

  reference operator*() const { return *at_; }
  CountedLetter& operator++() {
    ++at_;
    return *this;
  }
  CountedLetter operator++(int) { return {at_++, looks_}; }
  CountedLetter& operator--() {
    --at_;
    return *this;
  }
  CountedLetter operator--(int) { return {at_--, looks_}; }
  // Every try begins with the question whether the end is reached.
  bool operator==(const CountedLetter& other) const {
    if (looks_ != nullptr && ++*looks_ > most_looks) throw TooManyLooks();
    return at_ == other.at_;
  }

 private:
  const char* at_ = nullptr;
  std::size_t* looks_ = nullptr;
};

// "\\1234567890" and "{1234567890}": std::regex counts them beyond what its numbers hold.
bool has_huge_number(std::string_view pattern) {
  std::size_t digits = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const bool digit = pattern[i] >= '0' && pattern[i] <= '9';
    digits = digit ? digits + 1 : 0;
    const bool counts =
        digits == 9 && i >= 9 && std::string_view("\\{,").find(pattern[i - 9]) != std::string_view::npos;
    if (counts) return true;
  }
  return false;
}

std::regex compiled(const std::string& pattern) try {
  if (pattern.size() > longest_pattern || has_huge_number(pattern))
    throw std::regex_error(std::regex_constants::error_space);
  // "/pattern/i", as in JavaScript.
  const auto end = pattern.rfind('/');
  if (pattern.size() > 2 && pattern.front() == '/' && end > 0) {
    const bool icase = pattern.find('i', end) != std::string::npos;
    return std::regex(pattern.substr(1, end - 1),
                      icase ? std::regex::ECMAScript | std::regex::icase : std::regex::ECMAScript);
  }
  return std::regex(pattern);
} catch (const std::regex_error&) {
  throw Error(ErrorKind::usage, fmt::format("'{}' is no regular expression", text::printable(pattern)));
}

}  // namespace

std::optional<std::string> matched(const std::string& pattern, const std::string& text, std::size_t group) try {
  const auto expression = compiled(pattern);
  if (text.size() > longest_matched) return std::nullopt;
  std::size_t looks = 0;
  const CountedLetter begin(text.data(), &looks);
  const CountedLetter end(text.data() + text.size(), &looks);
  std::match_results<CountedLetter> match;
  if (!std::regex_search(begin, end, match, expression)) return std::nullopt;
  if (group >= match.size() || !match[group].matched) return std::nullopt;
  return match[group].str();
} catch (const TooManyLooks&) {
  throw Error(ErrorKind::usage,
              fmt::format("'{}' tries '{}' in too many ways", text::printable(pattern), text::printable(text)),
              "write the expression without a repetition inside a repetition");
}

}  // namespace polyarch::app
