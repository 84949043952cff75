#include <algorithm>
#include <fmt/core.h>

#include "app/builder_set.hpp"
#include "app/cache_mounts.hpp"
#include "app/commands.hpp"
#include "app/facts.hpp"
#include "app/false_start.hpp"
#include "app/host_options.hpp"
#include "app/host_report.hpp"
#include "app/input_files.hpp"
#include "app/join_run.hpp"
#include "app/lint_warnings.hpp"
#include "app/plan.hpp"
#include "app/plan_matrix.hpp"
#include "app/publish_run.hpp"
#include "app/qemu.hpp"
#include "app/results.hpp"
#include "app/run_state.hpp"
#include "app/solve_legs.hpp"
#include "app/solve_options.hpp"
#include "app/verify_legs.hpp"
#include "base/log.hpp"
#include "buildkit/builder.hpp"
#include "report/cache_use.hpp"

namespace polyarch::app {
namespace {

// When all secrets are known, and before anything is said that one could stand in.
void greet_host(Context& context) {
  hide_from_logs(context);
  context.err << idle_inputs_line(context.host, context.environment) << std::flush;
}

void register_emulators(const Plan& plan, const spec::BuildOptions& options, RunState& state) {
  if (plan.emulators.empty()) return;
  binfmt::Emulators emulators(state.context.runner);
  for (const auto& platform : plan.emulators)
    state.display.phase(fmt::format("registering QEMU for {}", platform.str()));
  const auto done = qemu_register(
      plan.emulators, options.qemu_image,
      {emulators, state.context.runner, [&]() -> registry::Client& { return state.registries.client(); }});
  for (const auto& registration : done) {
    state.display.phase(
        fmt::format("QEMU {} runs {}", registration.status.version, registration.status.platform.str()));
  }
}

// Throws the error of the first required leg that failed; optional ones become warnings.
void require_legs(RunState& state, const std::vector<SolveOutcome>& outcomes) {
  for (const auto& outcome : outcomes) {
    if (!outcome.error) continue;
    const auto& platforms = outcome.plan->platforms;
    const bool required =
        std::ranges::any_of(platforms, [&](const auto& platform) { return !state.leg_plan(platform).optional; });
    if (required) throw Error(*outcome.error);
  }
  for (const auto& leg : state.report.legs) {
    if (leg.result == report::Result::passed) continue;
    if (!leg.optional) throw Error(ErrorKind::test, leg.error, "no tag was moved; the output of the test stands above");
    state.report.warnings.push_back(
        {fmt::format("{} is optional and failed: it is left out of the image: {}", leg.platform.str(), leg.error), "",
         0, ""});
  }
}

void export_images(RunState& state, const BuilderSet& builders) {
  if (!state.plan.exports_later()) return;
  state.display.phase("exporting");
  for (const auto& solve : state.plan.solves) {
    const bool passed = std::ranges::all_of(
        solve.platforms, [&](const auto& platform) { return state.leg(platform).result == report::Result::passed; });
    if (passed) run_one(state, export_solve(state.plan, solve, builders.name(solve.builder)));
  }
}

// What a remote node runs natively is known once it has answered.
void ask_nodes(RunState& state, const BuilderSet& builders) {
  for (const auto& leg : state.plan.legs) {
    if (state.plan.builders[leg.builder].local) continue;
    if (const auto emulated = builders.emulates(leg.builder, leg.platform))
      state.leg(leg.platform).emulated = *emulated;
  }
}

std::vector<SolveOutcome> execute(RunState& state) {
  const auto& options = state.options;
  announce_legs(state);
  register_emulators(state.plan, options, state);
  if (std::ranges::any_of(state.plan.builders, [](const auto& builder) { return builder.create.has_value(); }))
    state.display.phase("starting a builder");
  BuilderSet builders(state.plan.builders, state.buildx, state.context, options);
  ask_nodes(state, builders);
  CacheMounts mounts(state, builders);
  mounts.restore();
  const sys::TemporaryDirectory scratch("polyarch-run-");
  state.display.phase("building");
  auto outcomes = solve_legs(state, builders, scratch.path());
  verify_legs(state, outcomes);
  mounts.save(outcomes);
  require_legs(state, outcomes);
  publish_run(state, outcomes);
  export_images(state, builders);
  state.builders = builders.used();
  return outcomes;
}

report::Run start_report(const Plan& plan, const Context& context) {
  report::Run run;
  run.id = plan.run_id;
  run.engine_version = engine_version();
  run.context = plan.context;
  run.dockerfile = plan.dockerfile;
  run.started = context.clock.wall();
  run.warnings = plan.warnings;
  for (const auto& leg : plan.legs)
    run.legs.push_back({.platform = leg.platform, .optional = leg.optional, .emulated = leg.emulated});
  return run;
}

std::vector<report::LaneInfo> lanes(const Plan& plan) {
  std::vector<report::LaneInfo> out;
  for (const auto& leg : plan.legs) out.push_back({leg.platform, leg.emulated});
  return out;
}

// A leg that never came to its end did not pass.
void mark_failed(report::Run& run, const Error& error) {
  run.result = error.kind() == ErrorKind::interrupted ? report::Result::canceled : report::Result::failed;
  run.error = error.message().substr(0, error.message().find('\n'));
  for (auto& leg : run.legs) {
    if (leg.result == report::Result::passed && leg.digest.empty()) leg.result = report::Result::canceled;
  }
}

Occasion occasion(const Context& context) {
  return {ci::read_trigger(context.host, context.environment), context.clock.wall(),
          machine_time_zones(context.environment("TZDIR"))};
}

Plan make_named_plan(const NamedBuild& named, const Facts& facts) {
  auto plan = make_plan(named.options, facts);
  plan.names = named.names;
  if (!plan.names) return plan;
  for (const auto& warning : plan.names->warnings) plan.warnings.push_back({warning, "", 0, ""});
  return plan;
}

// `begun` is set once a report of the run itself will be written.
int build_image(const spec::BuildOptions& given, Context& context, bool& begun) {
  const InputFiles input(host_options(given, context.host), context);
  const auto named = name_build(input.options(), occasion(context));
  const auto& options = named.options;
  hide_secrets(options, context.environment);
  const auto start = context.clock.steady();
  const auto buildx = buildkit::find_buildx(context.runner, buildkit::plugin_directories(context.environment));
  Registries registries(context, options);
  greet_host(context);
  const auto facts = gather_facts(options, context, buildx, /*for_plan=*/false);
  const auto plan = make_named_plan(named, facts);
  const DockerConfig docker_config(registries.explicit_credentials(), context);
  auto environment = solve_environment(options);
  environment.insert(docker_config.environment().begin(), docker_config.environment().end());
  auto run = start_report(plan, context);
  add_lint_warnings(run, options, facts, plan);
  Display display(options.progress, lanes(plan), context);
  RunState state{options, plan, facts.dockerfile, context, registries, buildx, std::move(environment), display, run};
  std::optional<Error> failure;
  begun = true;
  std::vector<SolveOutcome> outcomes;
  try {
    outcomes = execute(state);
  } catch (const Error& error) {
    failure = error;
    mark_failed(run, error);
    record_failure(state);
  }
  display.finish();
  run.duration = std::chrono::duration_cast<std::chrono::milliseconds>(context.clock.steady() - start);
  std::ranges::copy(report::slow_emulation(run), std::back_inserter(run.warnings));
  std::ranges::copy(report::costly_cache(run), std::back_inserter(run.warnings));
  // A run that failed before its first step has no matrix worth showing.
  if (!failure || !run.steps.empty() || options.format == "json") show_results(run, options, context);
  report_to_host(run, context);
  hand_over(write_results(state, outcomes), options, context);
  if (failure) throw Error(*failure);
  return 0;
}

}  // namespace

int plan(const spec::BuildOptions& given, Context& context) {
  const InputFiles input(host_options(given, context.host), context);
  const auto named = name_build(input.options(), occasion(context));
  const auto& options = named.options;
  const auto buildx = buildkit::find_buildx(context.runner, buildkit::plugin_directories(context.environment));
  greet_host(context);
  const auto facts = gather_facts(options, context, buildx, /*for_plan=*/true);
  const auto plan = make_named_plan(named, facts);
  context.out << (options.format == "json" ? plan_json(plan).dump(2) + "\n"
                                           : plan_table(plan, context.terminal.color_out));
  hand_over({{"matrix", plan_matrix(plan, options.runners).dump()}}, options, context);
  return 0;
}

int build(const spec::BuildOptions& given, Context& context) {
  if (given.dry_run) return plan(given, context);
  bool begun = false;
  try {
    return build_image(given, context, begun);
  } catch (const Error& error) {
    if (!begun) report_false_start(error, given, context.host, context.clock.wall());
    throw;
  }
}

}  // namespace polyarch::app
