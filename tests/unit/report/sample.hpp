#pragma once
#include <string>
#include <vector>

#include "report/run.hpp"

// Runs and steps for the tests of this room.
namespace polyarch::report {

inline const auto amd64 = oci::Platform::parse("linux/amd64");
inline const auto arm64 = oci::Platform::parse("linux/arm64");
inline const std::string make = "[linux/arm64 build 2/4] RUN make";

inline Step make_step(const std::string& name, const std::optional<oci::Platform>& platform = std::nullopt) {
  Step step;
  step.id = name;
  step.name = name;
  step.platform = platform;
  step.internal = name.starts_with("[internal]");
  step.emulated = platform == arm64;
  return step;
}

inline Step started(const std::string& name, const std::optional<oci::Platform>& platform = std::nullopt) {
  auto step = make_step(name, platform);
  step.started = Time{};
  return step;
}

inline Step done(const std::string& name, const std::optional<oci::Platform>& platform, int milliseconds) {
  auto step = started(name, platform);
  step.completed = Time{};
  step.duration = std::chrono::milliseconds(milliseconds);
  return step;
}

inline Step cached(const std::string& name, const std::optional<oci::Platform>& platform = std::nullopt) {
  auto step = done(name, platform, 0);
  step.cached = true;
  return step;
}

inline Step failed(const std::string& name, const std::optional<oci::Platform>& platform, const std::string& error) {
  auto step = done(name, platform, 12'000);
  step.error = error;
  return step;
}

inline Leg make_leg(const oci::Platform& platform, Result result = Result::passed) {
  Leg leg;
  leg.platform = platform;
  leg.result = result;
  leg.emulated = platform == arm64;
  leg.duration = std::chrono::milliseconds(41'000);
  leg.steps = 7;
  leg.cached_steps = 5;
  if (result == Result::passed) leg.size = 12'300'000;
  if (result == Result::passed) leg.digest = "sha256:" + std::string(64, 'b');
  return leg;
}

inline Run make_run(std::vector<Leg> legs) {
  Run run;
  run.id = "42";
  run.dockerfile = "Dockerfile";
  run.started = Time(std::chrono::milliseconds(1'767'323'045'678));
  run.duration = std::chrono::milliseconds(252'000);
  run.legs = std::move(legs);
  return run;
}

// What is in every place that a stranger can write to.
inline const std::string hostile = "a|b `c` <b>&amp;</b> *d* [x](y) @all\n\x1b[31mred\x1b[0m\x01\xff \"q\"";

inline Run make_hostile_run() {
  auto leg = make_leg(arm64, Result::failed);
  leg.error = hostile;
  leg.digest = hostile;
  leg.node = hostile;
  leg.tests = {{hostile, Result::failed, {}, "````\n" + hostile}};
  auto run = make_run({leg});
  run.id = run.error = run.reference = run.digest = run.context = run.dockerfile = hostile;
  run.result = Result::failed;
  run.tags = {hostile};
  run.warnings = {{hostile, hostile, 3, hostile}};
  run.steps = {done(hostile, arm64, 5000)};
  run.steps[0].log = hostile;
  return run;
}

}  // namespace polyarch::report
