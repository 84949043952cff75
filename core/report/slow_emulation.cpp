#include <algorithm>
#include <fmt/core.h>
#include <map>

#include "base/text.hpp"
#include "report/run.hpp"
#include "report/step_label.hpp"

namespace polyarch::report {
namespace {

constexpr std::chrono::milliseconds shortest{1000};

// The same step on different platforms: a stage and a counter, or the whole text where a step has none.
std::string identity(const Step& step) {
  const auto label = StepLabel::parse(step.name);
  return label.index.empty() ? label.str() : fmt::format("{} {}/{}", label.stage, label.index, label.total);
}

bool comparable(const Step& step) {
  return step.platform && step.completed && !step.cached && !step.internal && step.error.empty();
}

Warning describe(const Run& run, const Step& slow, const Step& native, double times) {
  return {fmt::format("'{}' took {} emulated for {} and {} natively for {}: {:.0f} times as long",
                      StepLabel::parse(slow.name).text, text::human_duration(slow.duration), slow.platform->str(),
                      text::human_duration(native.duration), native.platform->str(), times),
          run.dockerfile, slow.line,
          fmt::format("run it on the build platform (FROM --platform=$BUILDPLATFORM, then cross-compile), or give {} a "
                      "native node (--builder {}:NAME)",
                      slow.platform->str(), slow.platform->str())};
}

}  // namespace

std::vector<Warning> slow_emulation(const Run& run, double ratio) {
  std::map<std::string, const Step*> native;  // the slowest, to be fair
  for (const auto& step : run.steps) {
    if (!comparable(step) || step.emulated) continue;
    auto& known = native[identity(step)];
    if (known == nullptr || known->duration < step.duration) known = &step;
  }
  std::vector<Warning> warnings;
  for (const auto& step : run.steps) {
    if (!comparable(step) || !step.emulated || step.duration <= shortest) continue;
    const auto found = native.find(identity(step));
    if (found == native.end()) continue;
    const auto base = std::max(found->second->duration, std::chrono::milliseconds(1));
    const double times = static_cast<double>(step.duration.count()) / static_cast<double>(base.count());
    if (times > ratio) warnings.push_back(describe(run, step, *found->second, times));
  }
  return warnings;
}

}  // namespace polyarch::report
