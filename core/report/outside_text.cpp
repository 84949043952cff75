#include "report/outside_text.hpp"

#include <algorithm>

#include "base/redact.hpp"
#include "base/text.hpp"

namespace polyarch::report {
namespace {

// A progress bar overwrites itself: what it showed last is what counts.
std::string_view after_carriage_returns(std::string_view line) {
  while (line.ends_with('\r')) line.remove_suffix(1);
  return line.substr(line.rfind('\r') + 1);
}

// Twice: a secret may hold characters that are taken out, or be whole only without them.
std::string clean_line(std::string_view line) {
  return redactor().apply(text::printable(redactor().apply(after_carriage_returns(line))));
}

std::string spaces(std::string_view text, std::size_t columns) {
  return std::string(columns - std::min(text::columns(text), columns), ' ');
}

}  // namespace

std::string one_line(std::string_view text) {
  std::string out;
  for (const auto& line : lines_of(text)) {
    if (line.empty()) continue;
    if (!out.empty()) out += ' ';
    out += line;
  }
  return out;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  // Secrets of several lines are known by line, and whole.
  const auto redacted = redactor().apply(text);
  for (const auto line : text::split(redacted, '\n')) {
    auto cleaned = clean_line(line);
    if (lines.empty() && text::trim(cleaned).empty()) continue;
    lines.push_back(std::move(cleaned));
  }
  while (!lines.empty() && text::trim(lines.back()).empty()) lines.pop_back();
  return lines;
}

std::vector<std::string> last_lines(std::string_view text, std::size_t count) {
  constexpr std::size_t longest = 1000;
  if (text.size() > count * longest) text.remove_prefix(text.size() - count * longest);
  auto lines = lines_of(text);
  if (lines.size() > count) lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(count));
  return lines;
}

std::string fit(std::string_view text, std::size_t columns) {
  if (text::columns(text) <= columns) return std::string(text);
  if (columns == 0) return {};
  std::size_t bytes = 0;
  for (std::size_t seen = 0; bytes < text.size(); ++bytes) {
    if ((static_cast<unsigned char>(text[bytes]) & 0xC0) != 0x80 && ++seen == columns) break;
  }
  return std::string(text.substr(0, bytes)) + "…";
}

std::string pad(std::string_view text, std::size_t columns) {
  return std::string(text) + spaces(text, columns);
}

std::string pad_left(std::string_view text, std::size_t columns) {
  return spaces(text, columns) + std::string(text);
}

}  // namespace polyarch::report
