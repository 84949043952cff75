#include "app/publish_run.hpp"

#include <algorithm>
#include <fmt/core.h>

#include "publish/promote.hpp"
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

publish::Artifact make_artifact(RunState& state, const std::vector<publish::Leg>& legs) {
  const auto& plan = state.plan;
  if (!plan.as_index && legs.front().attestations.empty()) {
    const auto& image = legs.front().manifest;
    return {image.media_type,
            state.registries.client().need_manifest({*plan.staging, std::nullopt, image.digest}).bytes};
  }
  const auto index = publish::assemble(legs, {plan.index_annotations, plan.descriptor_annotations});
  return {index.media_type, index.dump()};
}

void push_layouts(RunState& state, const std::vector<SolveOutcome>& outcomes) {
  for (const auto& outcome : outcomes) {
    const auto is_wanted = [&](const auto& leg) { return passed(state, leg.platform); };
    if (outcome.error || outcome.layout.empty() || !std::ranges::any_of(outcome.legs, is_wanted)) continue;
    state.display.phase(fmt::format("pushing to {}", state.plan.staging->str()));
    publish::push_layout(state.registries.client(), oci::Layout(outcome.layout), *state.plan.staging);
  }
}

void spread(RunState& state, const std::vector<publish::Leg>& legs) {
  for (const auto& repository : state.plan.targets.repositories()) {
    if (repository == *state.plan.staging) continue;
    state.display.phase(fmt::format("copying to {}", repository.str()));
    for (const auto& leg : legs) {
      publish::copy_graph(state.registries.client(), *state.plan.staging, repository, leg.manifest);
      for (const auto& attestation : leg.attestations) {
        publish::copy_graph(state.registries.client(), *state.plan.staging, repository, attestation);
      }
    }
  }
}

// --tag linux/arm64:REF names that platform's image itself.
void promote_own(RunState& state, const std::vector<publish::Leg>& legs) {
  for (const auto& [platform, tags] : state.plan.targets.own) {
    const auto leg = std::ranges::find_if(legs, [&](const auto& made) { return same_target(made.platform, platform); });
    if (leg == legs.end()) continue;
    const auto bytes =
        state.registries.client().need_manifest({*state.plan.staging, std::nullopt, leg->manifest.digest}).bytes;
    publish::promote(state.registries.client(), {leg->manifest.media_type, bytes}, tags);
    for (const auto& tag : tags) state.report.tags.push_back(tag.str());
  }
}

}  // namespace

void publish_run(RunState& state, const std::vector<SolveOutcome>& outcomes) {
  if (state.plan.push == PushWith::none) return;
  const auto legs = passed_legs(state, outcomes);
  if (legs.empty()) throw Error(ErrorKind::publish, "no platform is left to publish");
  if (state.plan.push == PushWith::engine) push_layouts(state, outcomes);
  spread(state, legs);
  state.context.cancel.check();
  const auto artifact = make_artifact(state, legs);
  const auto& tags = state.plan.targets.tags;
  state.display.phase(fmt::format("publishing {}", tags.front().str()));
  const auto published = publish::promote(state.registries.client(), artifact, tags);
  state.report.digest = published.digest.str();
  state.report.reference = fmt::format("{}@{}", tags.front().str(), published.digest.str());
  for (const auto& tag : tags) state.report.tags.push_back(tag.str());
  promote_own(state, legs);
}

}  // namespace polyarch::app
