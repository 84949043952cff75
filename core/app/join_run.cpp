#include "app/join_run.hpp"

#include <algorithm>
#include <fmt/core.h>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "publish/records.hpp"
#include "report/leg_json.hpp"

namespace polyarch::app {
namespace {

constexpr std::size_t kept_tests = 100;
constexpr std::size_t recorded_output = 4U << 10;  // of a test: a record must stay far below what a manifest may be

publish::Records records_of(RunState& state) {
  return {state.registries.client(), state.plan.staging.value()};
}

publish::Record record(const publish::RunPlan& plan, report::Leg leg, std::optional<publish::Leg> image) {
  if (leg.tests.size() > kept_tests) leg.tests.resize(kept_tests);
  for (auto& test : leg.tests) {
    if (test.output.size() > recorded_output) test.output.erase(0, test.output.size() - recorded_output);
  }
  if (leg.error.size() > recorded_output) leg.error.resize(recorded_output);
  return {.plan = plan, .platform = leg.platform, .image = std::move(image), .leg = report::leg_json(leg)};
}

// Legs without an image here are recorded as failed.
void write_records(RunState& state, const std::vector<report::Leg>& ended, const std::vector<publish::Leg>& images) {
  auto records = records_of(state);
  for (const auto& leg : ended) {
    const auto made = std::ranges::find_if(
        images, [&](const auto& image) { return publish::same_target(image.platform, leg.platform); });
    records.write(record(state.plan.joint.value(), leg, made == images.end() ? std::nullopt : std::optional(*made)));
  }
}

void warn(RunState& state, std::string message, std::string hint) {
  state.report.warnings.push_back({std::move(message), "", 0, std::move(hint)});
}

// What keeps the run from being published by this job.
void explain(RunState& state, const publish::RollCall& roll) {
  if (!roll.failed.empty()) {
    warn(state, fmt::format("nothing is published: {} failed in another job", oci::names(roll.failed)),
         "run that job again: the last of them publishes");
    return;
  }
  if (!roll.foreign.empty()) {
    warn(state,
         fmt::format("the record of {} is of another commit or of other options, and is not joined",
                     oci::names(roll.foreign)),
         "give all jobs of the run the same options, but for --only and --builder");
  }
  auto missing = roll.missing;
  std::ranges::copy(roll.missing_optional, std::back_inserter(missing));
  state.display.phase(
      fmt::format("{} not there yet: the job that completes the run publishes it", oci::names(missing)));
}

// Legs of other jobs take their place in the report, in the order of --platform.
void add_legs(RunState& state, const std::vector<publish::Record>& records) {
  auto& legs = state.report.legs;
  for (const auto& record : records) {
    const bool here = std::ranges::find(legs, record.platform, &report::Leg::platform) != legs.end();
    if (!here) legs.push_back(report::parse_leg(record.leg, "record of " + record.platform.str()));
  }
  const auto& order = state.plan.joint.value().platforms;
  std::ranges::stable_sort(legs, {}, [&](const auto& leg) { return std::ranges::find(order, leg.platform); });
}

}  // namespace

void announce_legs(RunState& state) {
  if (!state.plan.joint) return;
  auto records = records_of(state);
  for (const auto& leg : state.plan.legs) {
    records.write({.plan = *state.plan.joint, .platform = leg.platform, .pending = true, .leg = Json::object()});
  }
}

std::optional<publish::Release> join_run(RunState& state, const std::vector<publish::Leg>& legs) {
  const auto& plan = state.plan.joint.value();
  write_records(state, state.report.legs, legs);
  const auto records = records_of(state).read(plan);
  const bool mine_is_there = std::ranges::any_of(records, [&](const auto& each) {
    return std::ranges::find(state.report.legs, each.platform, &report::Leg::platform) != state.report.legs.end();
  });
  if (!mine_is_there) {
    state.display.phase("another job has completed the run and publishes it");
    return std::nullopt;
  }
  const auto roll = publish::call_roll(plan, records);
  if (!roll.complete()) {
    explain(state, roll);
    return std::nullopt;
  }
  add_legs(state, records);
  return publish::make_release(plan, roll.passed, state.plan.staging.value());
}

void forget_records(RunState& state) {
  auto records = records_of(state);
  const auto& plan = state.plan.joint.value();
  records.remove(plan, records.read(plan));
}

void record_failure(RunState& state) noexcept {
  try {
    if (!state.plan.joint || !state.report.digest.empty()) return;
    auto failed = state.report.legs;
    std::erase_if(failed, [](const auto& leg) { return leg.result == report::Result::passed; });
    write_records(state, failed, {});
  } catch (const std::exception& error) {
    log::warning("the other jobs of the run could not be told of the failure: {}", error.what());
  }
}

}  // namespace polyarch::app
