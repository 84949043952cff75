#include "report/emulation.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <map>

#include "base/text.hpp"
#include "report/step_label.hpp"

namespace polyarch::report {
namespace {

constexpr std::chrono::milliseconds shortest{1000};

// The same step on different platforms: a stage and a counter, or the whole text where a step has none.
std::string identity(const Step& step) {
  const auto label = StepLabel::parse(step.name);
  return label.index.empty() ? label.str() : fmt::format("{} {}/{}", label.stage, label.index, label.total);
}

// BuildKit itself copies and pulls, at the same speed for every platform.
bool comparable(const Step& step) {
  return step.platform && step.completed && !step.cached && !step.internal && step.error.empty() &&
         StepLabel::parse(step.name).text.starts_with("RUN ");
}

Warning describe(const Run& run, const Step& slow, const Step& native, double times) {
  return {.message =
              fmt::format("'{}' took {} emulated for {} and {} natively for {}: {:.0f} times as long",
                          StepLabel::parse(slow.name).text, text::human_duration(slow.duration), slow.platform->str(),
                          text::human_duration(native.duration), native.platform->str(), times),
          .file = run.dockerfile,
          .line = slow.line,
          .hint = fmt::format(
              "run it on the build platform (FROM --platform=$BUILDPLATFORM, then cross-compile), or give {} a "
              "native node (--builder {}:NAME)",
              slow.platform->str(), slow.platform->str())};
}

}  // namespace

std::vector<EmulatedStep> emulated_steps(const Run& run) {
  std::map<std::string, const Step*> native;
  for (const auto& step : run.steps) {
    if (!comparable(step) || step.emulated) continue;
    auto& known = native[identity(step)];
    if (known == nullptr || known->duration < step.duration) known = &step;
  }
  std::vector<EmulatedStep> out;
  for (const auto& step : run.steps) {
    if (!comparable(step) || !step.emulated) continue;
    const auto found = native.find(identity(step));
    if (found == native.end()) continue;
    const auto base = std::max(found->second->duration, std::chrono::milliseconds(1));
    out.push_back(
        {&step, found->second, static_cast<double>(step.duration.count()) / static_cast<double>(base.count())});
  }
  std::ranges::stable_sort(out, std::greater{},
                           [](const EmulatedStep& one) { return one.emulated->duration - one.native->duration; });
  return out;
}

std::vector<Warning> slow_emulation(const Run& run, double ratio) {
  std::vector<Warning> warnings;
  for (const auto& [emulated, native, times] : emulated_steps(run)) {
    if (emulated->duration > shortest && times > ratio) warnings.push_back(describe(run, *emulated, *native, times));
  }
  return warnings;
}

}  // namespace polyarch::report
