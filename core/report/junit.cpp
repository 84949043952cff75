#include <algorithm>
#include <fmt/core.h>
#include <optional>

#include "base/text.hpp"
#include "report/legs.hpp"
#include "report/outside_text.hpp"
#include "report/step_label.hpp"
#include "report/timestamp.hpp"
#include "report/writers.hpp"
#include "report/xml.hpp"

namespace polyarch::report {
namespace {

struct Case {
  std::string name;
  Result result = Result::passed;
  std::chrono::milliseconds duration{0};
  std::string reason;  // why it did not pass, in a line
  std::string output;
  std::string log = {};  // of the steps that failed
};

struct Suite {
  std::string name;
  std::chrono::milliseconds duration{0};
  std::vector<Case> cases;
};

std::string xml_text(std::string_view text) {
  return text::join(lines_of(text), "\n");
}

std::string seconds(std::chrono::milliseconds duration) {
  return fmt::format("{:.3f}", static_cast<double>(duration.count()) / 1000.0);
}

// A leg whose image was built, whatever its tests say.
bool is_built(const Leg& leg) {
  return leg.result == Result::passed || !leg.digest.empty();
}

// What the steps that failed said, those of the platform and those that it shares.
std::string failed_logs(const Run& run, const Leg& leg) {
  std::vector<std::string> logs;
  for (const auto& step : run.steps) {
    if (step.error.empty() || (step.platform && *step.platform != leg.platform)) continue;
    const auto log = xml_text(step.log);
    if (!log.empty()) logs.push_back(fmt::format("{}\n{}", StepLabel::parse(step.name).str(), log));
  }
  return text::join(logs, "\n\n");
}

Case build_case(const Run& run, const Leg& leg) {
  const auto result = is_built(leg) ? Result::passed : leg.result;
  auto duration = leg.duration;
  for (const auto& test : leg.tests) duration -= std::min(duration, test.duration);
  const auto error = result == Result::passed ? std::string() : xml_text(leg.error);
  const auto reason = error.empty() ? std::string(to_string(result)) : error.substr(0, error.find('\n'));
  return {"build", result, duration, reason, error, result == Result::failed ? failed_logs(run, leg) : ""};
}

Case test_case(const Test& test) {
  return {"test: " + one_line(test.name), test.result, test.duration,
          fmt::format("the test {}", to_string(test.result)), xml_text(test.output)};
}

// nullopt: the run was not to publish anything.
std::optional<Case> publish_case(const Run& run, const Leg& leg) {
  if (run.tags.empty() && run.reference.empty()) return std::nullopt;
  if (leg.result != Result::passed) return Case{"publish", Result::skipped, {}, "the platform did not pass", {}};
  if (run.result == Result::passed) return Case{"publish", Result::passed, {}, {}, {}};
  const bool held_back =
      std::ranges::any_of(run.legs, [](const Leg& one) { return !one.optional && one.result != Result::passed; });
  if (held_back) return Case{"publish", Result::skipped, {}, "a required platform did not pass", {}};
  return Case{"publish", run.result, {}, one_line(run.error), xml_text(run.error)};
}

Suite suite_of(const Run& run, const Leg& leg) {
  Suite suite{leg.platform.str(), leg.duration, {build_case(run, leg)}};
  for (const auto& test : leg.tests) suite.cases.push_back(test_case(test));
  if (auto publish = publish_case(run, leg)) suite.cases.push_back(*std::move(publish));
  if (!leg.optional) return suite;
  for (auto& one : suite.cases) {
    if (one.result != Result::failed) continue;
    one.result = Result::skipped;  // an optional platform fails no run
    one.reason = "optional platform: " + one.reason;
  }
  return suite;
}

std::vector<Suite> suites_of(const Run& run) {
  std::vector<Suite> suites;
  for (const auto& leg : run.legs) suites.push_back(suite_of(run, leg));
  if (suites.empty() && run.result != Result::passed) {
    suites.push_back(
        {"run", run.duration, {{"start", run.result, run.duration, one_line(run.error), xml_text(run.error)}}});
  }
  return suites;
}

std::string count(const Suite& suite, Result result) {
  return std::to_string(std::ranges::count(suite.cases, result, &Case::result));
}

std::string count_skipped(const Suite& suite) {
  return std::to_string(std::ranges::count_if(
      suite.cases, [](const Case& one) { return one.result == Result::skipped || one.result == Result::canceled; }));
}

void write_case(XmlWriter& xml, const Suite& suite, const Case& one) {
  xml.open("testcase", {{"classname", suite.name}, {"name", one.name}, {"time", seconds(one.duration)}});
  if (one.result == Result::failed) {
    xml.element("failure", {{"message", one.reason}}, one.output);
  } else if (one.result != Result::passed) {
    xml.element("skipped", {{"message", one.reason}});
  }
  auto shown = one.result == Result::failed ? std::string() : one.output;
  if (!one.log.empty()) shown += (shown.empty() ? "" : "\n\n") + one.log;
  if (!shown.empty()) xml.element("system-out", {}, shown);
  xml.close();
}

void write_suite(XmlWriter& xml, const Run& run, const Suite& suite) {
  xml.open("testsuite", {{"name", suite.name},
                         {"tests", std::to_string(suite.cases.size())},
                         {"failures", count(suite, Result::failed)},
                         {"errors", "0"},
                         {"skipped", count_skipped(suite)},
                         {"time", seconds(suite.duration)},
                         // Readers of this format know no fraction of a second and no zone.
                         {"timestamp", rfc3339(run.started).substr(0, 19)}});
  for (const auto& one : suite.cases) write_case(xml, suite, one);
  xml.close();
}

}  // namespace

std::string to_junit(const Run& run) {
  const auto suites = suites_of(run);
  std::size_t tests = 0;
  std::ptrdiff_t failures = 0;
  for (const auto& suite : suites) {
    tests += suite.cases.size();
    failures += std::ranges::count(suite.cases, Result::failed, &Case::result);
  }
  XmlWriter xml;
  xml.open("testsuites", {{"name", run.id.empty() ? "polyarch" : "polyarch " + one_line(run.id)},
                          {"tests", std::to_string(tests)},
                          {"failures", std::to_string(failures)},
                          {"errors", "0"},
                          {"time", seconds(run.duration)}});
  for (const auto& suite : suites) write_suite(xml, run, suite);
  xml.close();
  return xml.str();
}

}  // namespace polyarch::report
