#include "app/solve_legs.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <functional>

#include "app/image_sizes.hpp"
#include "app/step_line.hpp"
#include "base/text.hpp"
#include "buildkit/solve_run.hpp"
#include "report/step_label.hpp"
#include "sys/parallel.hpp"

namespace polyarch::app {
namespace {

std::vector<oci::Platform> emulated(RunState& state, const std::vector<oci::Platform>& platforms) {
  std::vector<oci::Platform> out;
  std::ranges::copy_if(platforms, std::back_inserter(out),
                       [&](const auto& platform) { return state.leg(platform).emulated; });
  return out;
}

void remember(std::vector<report::Step>& steps, const report::Step& step) {
  const auto known = std::ranges::find(steps, step.id, &report::Step::id);
  if (known == steps.end())
    steps.push_back(step);
  else
    *known = step;
}

// An instruction that runs or copies; pulling a base image is no work that a cache saves.
bool is_counted(const report::Step& step) {
  const auto label = report::StepLabel::parse(step.name);
  return !step.internal && !label.index.empty() && !label.text.starts_with("FROM ");
}

// How a solve ended for each of its platforms.
void settle(RunState& state, const SolveOutcome& outcome, const std::vector<report::Step>& steps, report::Time started,
            std::chrono::milliseconds took) {
  const std::lock_guard lock(state.mutex);
  std::ranges::copy(steps, std::back_inserter(state.report.steps));
  const bool guilty = std::ranges::any_of(steps, [](const auto& step) { return !step.error.empty() && step.platform; });
  for (const auto& platform : outcome.plan->platforms) {
    auto& leg = state.leg(platform);
    leg.node = outcome.builder;
    leg.started = started;
    leg.duration = took;
    for (const auto& step : steps) {
      if (!is_counted(step) || (step.platform && *step.platform != platform)) continue;
      ++leg.steps;
      leg.cached_steps += step.cached ? 1 : 0;
    }
    if (!outcome.error) continue;
    const bool own =
        std::ranges::any_of(steps, [&](const auto& step) { return !step.error.empty() && step.platform == platform; });
    leg.result = own || !guilty ? report::Result::failed : report::Result::canceled;
    if (leg.result == report::Result::failed) leg.error = outcome.error->message();
  }
}

void find_legs(RunState& state, SolveOutcome& outcome) {
  if (state.plan.push == PushWith::builder) {
    if (!outcome.image) {
      throw Error(ErrorKind::builder, fmt::format("the builder {} did not say which image it pushed", outcome.builder),
                  "polyarch needs buildx 0.13 and BuildKit 0.13 or newer");
    }
    const oci::Reference reference{*state.plan.staging, std::nullopt, outcome.image->digest};
    outcome.legs = publish::read_legs(state.registries.client(), reference);
  } else if (state.plan.needs_layout()) {
    outcome.legs = publish::read_legs(oci::Layout(outcome.layout));
  }
}

void measure_images(RunState& state, const SolveOutcome& outcome) {
  if (outcome.legs.empty()) return;
  const auto source = outcome.layout.empty()
                          ? publish::registry_source(state.registries.client(), *state.plan.staging)
                          : publish::layout_source(oci::Layout(outcome.layout), outcome.layout.string());
  std::vector<std::function<void()>> reads;
  for (const auto& image : outcome.legs) {
    reads.emplace_back([&] {
      const auto manifest = oci::Manifest::parse(image.bytes, image.source);
      const auto sizes = measure(image.platform, manifest, source->config(manifest.config));
      const std::lock_guard lock(state.mutex);
      auto& leg = state.leg(image.platform);
      leg.size = sizes.total();
      leg.digest = image.manifest.digest.str();
      for (const auto& layer : sizes.layers) leg.layers.push_back({layer.digest.str(), layer.size, layer.step});
    });
  }
  sys::run_parallel(reads, registry::parallel_requests);
}

// What was built must be what was asked for: a builder may answer with another platform's image.
void check_platforms(const SolveOutcome& outcome) {
  if (outcome.legs.empty()) return;
  for (const auto& platform : outcome.plan->platforms) {
    const auto made = [&](const publish::Leg& leg) { return publish::same_target(leg.platform, platform); };
    if (std::ranges::any_of(outcome.legs, made)) continue;
    throw Error(
        ErrorKind::build,
        fmt::format("the builder {} made no image for {}, though it said it was done", outcome.builder, platform.str()),
        "look at FROM --platform in the Dockerfile: the last stage must be built for the target platform");
  }
}

void solve_one(RunState& state, SolveOutcome& outcome) {
  const auto start = state.context.clock.steady();
  const auto started = state.context.clock.wall();
  std::vector<report::Step> steps;
  try {
    auto run = run_one(state, staging_solve(state.plan, *outcome.plan, outcome.builder, outcome.layout), &steps);
    outcome.metadata = std::move(run.metadata);
    outcome.image = std::move(run.image);
    find_legs(state, outcome);
    check_platforms(outcome);
    measure_images(state, outcome);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted) throw;
    outcome.error = error;
  }
  settle(state, outcome, steps, started,
         std::chrono::duration_cast<std::chrono::milliseconds>(state.context.clock.steady() - start));
}

}  // namespace

SolveRun run_one(RunState& state, const buildkit::Solve& solve, std::vector<report::Step>* seen) {
  std::vector<report::Step> steps;
  auto& record = seen != nullptr ? *seen : steps;
  const buildkit::ProgressStream::Listener listener{
      .step =
          [&](const report::Step& update) {
            auto step = update;
            if (step.line == 0 && state.dockerfile) step.line = step_line(*state.dockerfile, step.name);
            remember(record, step);
            state.display.step(step);
          },
      .log = [&](const report::LogLine& line) { state.display.log(line); },
      .warning =
          [&](const report::Warning& warning) {
            const std::lock_guard lock(state.mutex);
            const bool known = std::ranges::any_of(state.report.warnings, [&](const auto& other) {
              return other.message == warning.message && other.line == warning.line;
            });
            if (!known) state.report.warnings.push_back(warning);
          }};
  auto result = buildkit::run_solve(solve, state.buildx, state.environment, state.context.runner, listener,
                                    emulated(state, solve.platforms));
  for (const auto& step : result.steps) {
    auto whole = step;
    if (whole.line == 0 && state.dockerfile) whole.line = step_line(*state.dockerfile, whole.name);
    remember(record, whole);
  }
  return {std::move(result.metadata.raw), std::move(result.metadata.image), record};
}

std::vector<SolveOutcome> solve_legs(RunState& state, const BuilderSet& builders,
                                     const std::filesystem::path& scratch) {
  std::vector<SolveOutcome> outcomes(state.plan.solves.size());
  std::vector<std::function<void()>> tasks;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    auto& outcome = outcomes[i];
    outcome.plan = &state.plan.solves[i];
    outcome.builder = builders.name(outcome.plan->builder);
    if (state.plan.needs_layout()) outcome.layout = scratch / fmt::format("layout-{}", i);
    tasks.emplace_back([&state, &outcome] { solve_one(state, outcome); });
  }
  sys::run_parallel(tasks, tasks.size());
  return outcomes;
}

}  // namespace polyarch::app
