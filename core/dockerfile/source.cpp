#include "dockerfile/source.hpp"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <set>

#include "base/error.hpp"
#include "base/text.hpp"

namespace polyarch::dockerfile {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view blanks = " \t\v\f\r";

std::string_view trim_left(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
  return line;
}

bool is_comment(std::string_view line) {
  return trim_left(line).starts_with('#');
}

// Takes the escape character off the end of a line that goes on; two of them are an escaped one.
bool take_continuation(std::string_view& line, char escape) {
  const auto last = line.find_last_not_of(" \t");
  if (last == std::string_view::npos || line[last] != escape) return false;
  if (last > 0 && line[last - 1] == escape) return false;
  line = line.substr(0, last);
  return true;
}

struct Directive {
  std::string name;
  std::string value;
};

// "# name = value" with a known name: anything else is a comment, and ends the directives.
std::optional<Directive> as_directive(std::string_view line) {
  static constexpr std::array known{"syntax", "escape", "check"};
  line = trim_left(line);
  if (!line.starts_with('#')) return std::nullopt;
  const auto parts = text::cut(line.substr(1), '=');
  if (!parts) return std::nullopt;
  Directive directive{text::lower(text::trim(parts->first)), std::string(text::trim(parts->second))};
  if (directive.value.empty() || std::ranges::find(known, directive.name) == known.end()) return std::nullopt;
  return directive;
}

}  // namespace

Source::Source(std::string_view text, std::string_view filename) : rest_(text), filename_(filename) {
  if (rest_.starts_with(byte_order_mark)) rest_.remove_prefix(byte_order_mark.size());
  read_directives();
}

void Source::fail(int line, std::string_view problem, std::string_view hint) const {
  throw Error(ErrorKind::input, fmt::format("{}:{}: {}", filename_, line, problem), std::string(hint));
}

void Source::read_directives() {
  std::set<std::string> seen;
  while (true) {
    const auto before = rest_;
    const auto line = next_line();
    const auto directive = line ? as_directive(*line) : std::nullopt;
    if (!directive) {
      if (line) --line_;
      rest_ = before;
      return;
    }
    if (!seen.insert(directive->name).second) {
      fail(line_, fmt::format("the directive '{}' is given twice", directive->name), "keep one of them");
    }
    if (directive->name == "syntax") syntax_ = directive->value;
    if (directive->name != "escape") continue;
    if (directive->value != "\\" && directive->value != "`") {
      fail(line_, "the escape directive takes a backslash or a backtick", "write '# escape=`' or leave it out");
    }
    escape_ = directive->value[0];
  }
}

std::optional<std::string_view> Source::next_line() {
  if (rest_.empty()) return std::nullopt;
  const auto end = rest_.find('\n');
  auto line = rest_.substr(0, end);
  rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
  while (line.ends_with('\r')) line.remove_suffix(1);
  ++line_;
  return line;
}

std::optional<std::string> Source::next_instruction() {
  while (const auto first = next_line()) {
    auto line = trim_left(*first);
    if (line.empty() || is_comment(line)) continue;
    first_line_ = line_;
    bool goes_on = take_continuation(line, escape_);
    std::string joined(line);
    while (goes_on) {
      auto next = next_line();
      if (!next) break;
      if (is_comment(*next) || trim_left(*next).empty()) continue;
      goes_on = take_continuation(*next, escape_);
      joined += *next;
    }
    if (!text::trim(joined).empty()) return joined;
  }
  return std::nullopt;
}

std::optional<std::string> Source::heredoc_body(std::string_view terminator, bool strip_tabs) {
  std::string body;
  while (auto line = next_line()) {
    auto candidate = *line;
    if (strip_tabs) candidate.remove_prefix(std::min(candidate.find_first_not_of('\t'), candidate.size()));
    if (candidate == terminator) return body;
    body.append(*line) += '\n';
  }
  return std::nullopt;
}

}  // namespace polyarch::dockerfile
