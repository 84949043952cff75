#include "report/failed_step.hpp"

#include <fmt/core.h>

#include "base/text.hpp"
#include "report/outside_text.hpp"
#include "report/step_label.hpp"

namespace polyarch::report {

std::string describe_failed_step(const Step& step, const Style& style) {
  constexpr std::size_t log_lines = 20;
  auto out =
      fmt::format("{} {}  {}  {}\n", style.red("✗"), style.bold(step.platform ? step.platform->str() : "shared"),
                  StepLabel::parse(step.name).str(), style.dim("failed after " + text::human_duration(step.duration)));
  for (const auto& line : last_lines(step.log, log_lines)) out += fmt::format("  {} {}\n", style.dim("│"), line);
  for (const auto& line : lines_of(step.error)) out += fmt::format("  {}\n", style.red(line));
  return out;
}

}  // namespace polyarch::report
