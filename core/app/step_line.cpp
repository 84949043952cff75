#include "app/step_line.hpp"

#include <string>

#include "base/text.hpp"

namespace polyarch::app {
namespace {

std::string squeeze(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\t' || c == '\n';
    if (!blank)
      out += c;
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  }
  return out;
}

// "linux/arm64 build 2/4" → "build"; "build 2/4" → "build"
std::string_view stage_name(std::string_view bracket) {
  const auto words = text::split(bracket, ' ');
  return words.size() < 2 ? std::string_view() : words[words.size() - 2];
}

bool same(const dockerfile::Instruction& instruction, std::string_view shown) {
  auto written = instruction.name;
  for (const auto& flag : instruction.flags) written += " " + flag;
  written = squeeze(written + " " + instruction.arguments);
  return written == shown || squeeze(instruction.name + " " + instruction.arguments) == shown;
}

}  // namespace

int step_line(const dockerfile::Dockerfile& file, std::string_view step_name) {
  const auto close = step_name.find("] ");
  if (!step_name.starts_with('[') || close == std::string_view::npos) return 0;
  const auto stage = stage_name(step_name.substr(1, close - 1));
  const auto shown = squeeze(step_name.substr(close + 2));
  for (std::size_t i = 0; i < file.stages.size(); ++i) {
    const auto& candidate = file.stages[i];
    const auto name = candidate.name.empty() ? "stage-" + std::to_string(i) : candidate.name;
    if (name != stage) continue;
    if (shown.starts_with("FROM ")) return candidate.from.first_line;
    for (const auto& instruction : candidate.instructions) {
      if (same(instruction, shown)) return instruction.first_line;
    }
  }
  return 0;
}

}  // namespace polyarch::app
