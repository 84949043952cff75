#include <algorithm>
#include <fmt/core.h>

#include "base/text.hpp"
#include "report/cache_use.hpp"
#include "report/html.hpp"
#include "report/legs.hpp"

namespace polyarch::report::html {
namespace {

std::string test_item(const Leg& leg, const Test& test) {
  const bool failed = test.result == Result::failed;
  const auto text = output(test.output, fmt::format("Output of {} on {}", test.name, leg.platform.str()));
  const auto summary =
      fmt::format("{} <code>{}</code> <span class=\"quiet\">{}</span>", badge(test.result, to_string(test.result)),
                  line(test.name), text::human_duration(test.duration));
  if (text.empty()) return fmt::format("<li class=\"single\">{}</li>\n", summary);
  return fmt::format("<li><details{}><summary>{}</summary>\n{}</details></li>\n", failed ? " open" : "", summary, text);
}

std::string failed_step(const Step& step) {
  const auto where = step.line > 0 ? fmt::format(" <span class=\"quiet\">line {}</span>", step.line) : "";
  return fmt::format("<p><code>{}</code>{}</p>\n{}{}", line(step.name), where, output(step.log, "Output of the step"),
                     output(step.error, "Error of the step"));
}

std::string failure(const Run& run, const Leg& leg) {
  std::string steps;
  for (const auto& step : run.steps) {
    if (step.platform == leg.platform && !step.error.empty()) steps += failed_step(step);
  }
  return fmt::format("<h3>{} {}</h3>\n{}{}", badge(leg.result, result_words(leg)), line(leg.platform.str()),
                     output(leg.error, "Error on " + leg.platform.str()), steps);
}

}  // namespace

std::string failures(const Run& run) {
  std::string out;
  if (!run.error.empty()) out += fmt::format("<p class=\"error\">{}</p>\n", line(run.error));
  for (const auto& leg : run.legs) {
    if (leg.result != Result::passed && !leg.error.empty()) out += failure(run, leg);
  }
  return out;
}

std::string tests(const Run& run) {
  std::string out;
  for (const auto& leg : run.legs) {
    if (leg.tests.empty()) continue;
    out += fmt::format("<h3>{} <span class=\"quiet\">{} passed</span></h3>\n<ul class=\"plain rows\">\n",
                       line(leg.platform.str()), passed_tests(leg));
    for (const auto& test : leg.tests) out += test_item(leg, test);
    out += "</ul>\n";
  }
  return out;
}

std::string caches(const Run& run) {
  std::string items;
  for (const auto& each : cache_lines(run)) items += fmt::format("<li>{}</li>\n", line(each));
  return items.empty() ? items : fmt::format("<ul>\n{}</ul>\n", items);
}

std::string warnings(const Run& run) {
  if (run.warnings.empty()) return {};
  std::string out = "<ul class=\"plain warnings\">\n";
  for (const auto& warning : run.warnings) {
    out += fmt::format("<li><p>{}</p>{}</li>\n", line(located(warning)),
                       warning.hint.empty() ? "" : fmt::format("<p class=\"quiet\">{}</p>", line(warning.hint)));
  }
  return out + "</ul>\n";
}

}  // namespace polyarch::report::html
