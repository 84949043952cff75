#include "app/verify_legs.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <functional>

#include "app/solve_legs.hpp"
#include "sys/files.hpp"
#include "sys/parallel.hpp"
#include "verify/test_image.hpp"

namespace polyarch::app {
namespace {

constexpr std::size_t parallel_tests = 4;
constexpr std::size_t kept_output = 64U << 10;

verify::Image image_under_test(const RunState& state, const SolveOutcome& outcome, const oci::Platform& platform) {
  if (!outcome.layout.empty()) {
    return {fmt::format("oci-layout://{}@{}", outcome.layout.string(), oci::Layout(outcome.layout).root().digest.str()),
            platform};
  }
  const auto& leg = *std::ranges::find_if(
      outcome.legs, [&](const auto& made) { return publish::same_target(made.platform, platform); });
  return {fmt::format("docker-image://{}@{}", state.plan.staging->str(), leg.manifest.digest.str()), platform};
}

// Only the steps that the test itself ran; what it stands on was built before.
std::string output_of(const std::vector<report::Step>& steps) {
  std::string out;
  for (const auto& step : steps) {
    if (!step.internal && !step.cached) out += step.log;
  }
  if (out.size() > kept_output) out.erase(0, out.size() - kept_output);
  return out;
}

void run_test(RunState& state, const oci::Platform& platform, const std::string& name, const buildkit::Solve& solve) {
  const auto start = state.context.clock.steady();
  report::Test test{name};
  std::string problem;
  std::vector<report::Step> steps;
  try {
    run_one(state, solve, &steps);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted) throw;
    test.result = report::Result::failed;
    problem = error.message();
  }
  test.duration = std::chrono::duration_cast<std::chrono::milliseconds>(state.context.clock.steady() - start);
  test.output = output_of(steps);
  if (test.output.empty()) test.output = problem;
  const std::lock_guard lock(state.mutex);
  auto& leg = state.leg(platform);
  if (test.result == report::Result::failed) {
    leg.result = report::Result::failed;
    leg.error = fmt::format("test '{}' failed on {}", name, platform.str());
  }
  leg.tests.push_back(std::move(test));
}

void test_leg(RunState& state, const SolveOutcome& outcome, const LegPlan& leg) {
  for (const auto& command : leg.tests) {
    const sys::TemporaryDirectory directory("polyarch-test-");
    sys::write_file(directory.path() / "Dockerfile", verify::test_dockerfile(command));
    auto build = outcome.plan->solve;
    build.builder = outcome.builder;
    run_test(state, leg.platform, command,
             verify::command_test(build, image_under_test(state, outcome, leg.platform), directory.path().string()));
  }
  for (const auto& stage : leg.test_targets) {
    auto build = outcome.plan->solve;
    build.builder = outcome.builder;
    run_test(state, leg.platform, stage, verify::stage_test(build, leg.platform, stage));
  }
}

}  // namespace

void verify_legs(RunState& state, const std::vector<SolveOutcome>& outcomes) {
  if (!state.plan.tested()) return;
  state.display.phase("testing");
  std::vector<std::function<void()>> tasks;
  for (const auto& outcome : outcomes) {
    if (outcome.error) continue;
    for (const auto& platform : outcome.plan->platforms) {
      tasks.emplace_back([&, platform] { test_leg(state, outcome, state.leg_plan(platform)); });
    }
  }
  sys::run_parallel(tasks, parallel_tests);
}

}  // namespace polyarch::app
