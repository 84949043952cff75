#include "app/publish_run.hpp"

#include <algorithm>
#include <fmt/core.h>

#include "app/join_run.hpp"
#include "publish/release.hpp"
#include "publish/transfer.hpp"

namespace polyarch::app {
namespace {

bool passed(RunState& state, const oci::Platform& platform) {
  return state.leg(platform).result == report::Result::passed;
}

std::vector<publish::Leg> passed_legs(RunState& state, const std::vector<SolveOutcome>& outcomes) {
  std::vector<publish::Leg> legs;
  for (const auto& outcome : outcomes) {
    std::ranges::copy_if(outcome.legs, std::back_inserter(legs),
                         [&](const auto& leg) { return passed(state, leg.platform); });
  }
  return legs;
}

void push_layouts(RunState& state, const std::vector<SolveOutcome>& outcomes) {
  for (const auto& outcome : outcomes) {
    const auto is_wanted = [&](const auto& leg) { return passed(state, leg.platform); };
    if (outcome.error || outcome.layout.empty() || !std::ranges::any_of(outcome.legs, is_wanted)) continue;
    state.display.phase(fmt::format("pushing to {}", state.plan.staging->str()));
    publish::push_layout(state.registries.client(), oci::Layout(outcome.layout), *state.plan.staging);
  }
}

void note(report::Run& run, const publish::Release& release, const oci::Descriptor& published) {
  run.digest = published.digest.str();
  run.reference = fmt::format("{}@{}", release.tags.front().str(), run.digest);
  for (const auto& tag : release.tags) run.tags.push_back(tag.str());
  for (const auto& [platform, tags] : release.own_tags) {
    const auto is_its = [&target = platform](const auto& leg) { return publish::same_target(leg.platform, target); };
    const bool made = std::ranges::any_of(release.legs, is_its);
    for (const auto& tag : tags) {
      if (made) run.tags.push_back(tag.str());
    }
  }
}

std::optional<publish::Release> whole_release(const Plan& plan, std::vector<publish::Leg> legs) {
  return publish::Release{plan.staging.value(),
                          std::move(legs),
                          plan.targets.tags,
                          plan.targets.own,
                          {plan.index_annotations, plan.descriptor_annotations},
                          plan.as_index};
}

}  // namespace

void publish_run(RunState& state, const std::vector<SolveOutcome>& outcomes) {
  const auto& plan = state.plan;
  if (plan.push == PushWith::none) return;
  if (plan.push == PushWith::engine) push_layouts(state, outcomes);
  state.context.cancel.check();
  auto legs = passed_legs(state, outcomes);
  const auto release = plan.joint ? join_run(state, legs) : whole_release(plan, std::move(legs));
  if (!release) return;
  const auto published = publish::publish(state.registries.client(), *release,
                                          [&](std::string_view message) { state.display.phase(message); });
  note(state.report, *release, published);
  if (plan.joint) forget_records(state);
}

}  // namespace polyarch::app
