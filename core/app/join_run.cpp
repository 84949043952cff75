#include "app/join_run.hpp"

#include <algorithm>
#include <fmt/core.h>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "publish/records.hpp"
#include "report/join.hpp"
#include "report/run_json.hpp"

namespace polyarch::app {
namespace {

// A record must stay far below what a manifest may be.
constexpr std::size_t kept_tests = 100;
constexpr std::size_t kept_steps = 300;
constexpr std::size_t kept_layers = 200;
constexpr std::size_t recorded_output = 64U << 10;

publish::Records records_of(RunState& state) {
  return {state.registries.client(), state.plan.staging.value()};
}

// What the report says of one leg.
report::Run report_of(const report::Run& run, const report::Leg& leg) {
  auto part = run;
  part.result = leg.result;
  part.error = leg.result == report::Result::passed ? "" : leg.error;
  part.duration = leg.duration;
  part.legs = {leg};
  part.warnings.clear();
  std::erase_if(part.steps, [&](const auto& step) { return step.platform && step.platform != leg.platform; });
  auto& only = part.legs.front();
  if (only.tests.size() > kept_tests) only.tests.resize(kept_tests);
  if (only.layers.size() > kept_layers) only.layers.resize(kept_layers);
  return report::trimmed(std::move(part), recorded_output, kept_steps);
}

publish::Record record(RunState& state, const report::Leg& leg, std::optional<publish::Leg> image) {
  return {.plan = state.plan.joint.value(),
          .platform = leg.platform,
          .image = std::move(image),
          .report = report::run_json(report_of(state.report, leg))};
}

// Legs without an image here are recorded as failed.
void write_records(RunState& state, const std::vector<report::Leg>& ended, const std::vector<publish::Leg>& images) {
  auto records = records_of(state);
  for (const auto& leg : ended) {
    const auto made = std::ranges::find_if(
        images, [&](const auto& image) { return publish::same_target(image.platform, leg.platform); });
    records.write(record(state, leg, made == images.end() ? std::nullopt : std::optional(*made)));
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

// Legs of other jobs, with their steps, take their place in the report, in the order of --platform.
void add_legs(RunState& state, const std::vector<publish::Record>& records) {
  auto& legs = state.report.legs;
  std::vector<report::Run> parts{state.report};
  for (const auto& record : records) {
    const bool here = std::ranges::find(legs, record.platform, &report::Leg::platform) != legs.end();
    if (!here) parts.push_back(report::parse_run(record.report, "record of " + record.platform.str()));
  }
  auto whole = report::join(std::move(parts));
  legs = std::move(whole.legs);
  state.report.steps = std::move(whole.steps);
  const auto& order = state.plan.joint.value().platforms;
  std::ranges::stable_sort(legs, {}, [&](const auto& leg) { return std::ranges::find(order, leg.platform); });
}

}  // namespace

void announce_legs(RunState& state) {
  if (!state.plan.joint) return;
  auto records = records_of(state);
  for (const auto& leg : state.plan.legs) {
    records.write({.plan = *state.plan.joint, .platform = leg.platform, .pending = true, .report = Json::object()});
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
