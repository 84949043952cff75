#include "report/lane_counts.hpp"

#include <algorithm>
#include <map>

namespace polyarch::report {

LaneCounts LaneCounts::of(const Tracker& tracker, std::size_t lane) {
  LaneCounts counts;
  std::map<std::string, int> stages;
  for (const auto& step : tracker.steps()) {
    if (step.lane != lane || step.state == State::waiting) continue;
    counts.since = std::min(counts.since.value_or(step.since), step.since);
    if (step.state == State::running) counts.running.push_back(&step);
    if (step.state == State::failed) counts.failed = true;
    if (step.internal) continue;
    if (step.label.index.empty()) ++counts.known;
    if (!step.label.index.empty()) stages[step.label.stage] = std::max(stages[step.label.stage], step.label.total);
    if (step.state == State::done || step.state == State::cached) ++counts.finished;
    if (step.state == State::cached) ++counts.cached;
  }
  for (const auto& [stage, total] : stages) counts.known += total;
  std::ranges::stable_sort(counts.running, {},
                           [](const TrackedStep* step) { return std::pair(step->internal, step->since); });
  return counts;
}

}  // namespace polyarch::report
