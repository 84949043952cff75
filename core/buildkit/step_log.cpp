#include "buildkit/step_log.hpp"

#include <utility>

#include "base/redact.hpp"
#include "base/text.hpp"

namespace polyarch::buildkit {
namespace {

constexpr std::size_t longest_line = 16U << 10;
constexpr std::size_t longest_text = 64U << 10;

std::string_view last_state(std::string_view line) {
  while (line.ends_with('\r')) line.remove_suffix(1);
  return line.substr(line.rfind('\r') + 1);
}

}  // namespace

void keep_end(std::string& text, std::size_t size) {
  if (text.size() <= size) return;
  const auto start = text.size() - size;
  const auto end = text.find('\n', start - 1);
  text.erase(0, end == std::string::npos ? start : end + 1);
}

std::vector<std::string> StepLog::append(std::string_view bytes) {
  std::vector<std::string> lines;
  for (auto rest = bytes; !rest.empty();) {
    const auto end = rest.find('\n');
    const auto part = rest.substr(0, end);
    partial_.append(part);
    if (end != std::string_view::npos || partial_.size() > longest_line) take_line(lines);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return lines;
}

std::string StepLog::text() const {
  auto text = text_;
  keep_end(text, longest_text);
  return text;
}

std::vector<std::string> StepLog::flush() {
  std::vector<std::string> lines;
  if (!partial_.empty()) take_line(lines);
  return lines;
}

void StepLog::take_line(std::vector<std::string>& lines) {
  const auto raw = std::exchange(partial_, {});
  auto line = redactor().apply(text::printable(last_state(raw)));
  text_ += line + '\n';
  if (text_.size() > 2 * longest_text) keep_end(text_, longest_text);  // seldom: it moves all that is kept
  lines.push_back(std::move(line));
}

}  // namespace polyarch::buildkit
