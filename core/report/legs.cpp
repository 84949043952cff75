#include "report/legs.hpp"

#include <algorithm>
#include <fmt/core.h>

#include "base/text.hpp"
#include "report/outside_text.hpp"

namespace polyarch::report {

std::string_view mark(Result result) {
  switch (result) {
    case Result::passed:
      return "✓";
    case Result::failed:
      return "✗";
    case Result::canceled:
    case Result::skipped:
      return "–";
  }
  return "✗";
}

std::string result_words(const Leg& leg) {
  return fmt::format("{}{}", to_string(leg.result), leg.optional && leg.result != Result::passed ? " (optional)" : "");
}

std::string mode(const Leg& leg) {
  return leg.emulated ? "emulated" : "native";
}

std::string cached(const Leg& leg) {
  return leg.steps == 0 ? "-" : fmt::format("{} of {}", leg.cached_steps, leg.steps);
}

std::string size(const Leg& leg) {
  return leg.size == 0 ? "-" : text::human_size(leg.size);
}

std::string short_digest(std::string_view digest) {
  if (digest.empty()) return "-";
  const auto colon = digest.find(':');
  return one_line(digest.substr(0, colon == std::string_view::npos ? 12 : colon + 13));
}

std::string passed_tests(const Leg& leg) {
  const auto passed = std::ranges::count(leg.tests, Result::passed, &Test::result);
  return leg.tests.empty() ? "-" : fmt::format("{} of {}", passed, leg.tests.size());
}

bool has_tests(const Run& run) {
  return std::ranges::any_of(run.legs, [](const Leg& leg) { return !leg.tests.empty(); });
}

std::string located(const Warning& warning) {
  auto where = one_line(warning.file);
  if (!where.empty() && warning.line > 0) where += fmt::format(":{}", warning.line);
  return fmt::format("{}{}{}", where, where.empty() ? "" : ": ", one_line(warning.message));
}

std::string outcome(const Run& run) {
  const auto took = text::human_duration(run.duration);
  if (run.result != Result::passed) {
    return fmt::format("{} after {}{}{}", to_string(run.result), took, run.error.empty() ? "" : ": ",
                       one_line(run.error));
  }
  if (!run.reference.empty()) return fmt::format("published in {}", took);
  const auto built = std::ranges::count(run.legs, Result::passed, &Leg::result);
  return fmt::format("built {} platform{} in {}", built, built == 1 ? "" : "s", took);
}

}  // namespace polyarch::report
