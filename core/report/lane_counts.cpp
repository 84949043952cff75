#include "report/lane_counts.hpp"

#include <algorithm>
#include <map>

namespace polyarch::report {
namespace {

bool is_finished(const TrackedStep& step) {
  return step.state == State::done || step.state == State::cached;
}

// The steps of one stage that a lane needs: its own, and those that it shares with others.
struct Stage {
  int own = 0;
  int total = 0;
  int finished = 0;
  int cached = 0;

  void add(const TrackedStep& step, bool is_own) {
    own += is_own ? 1 : 0;
    total = std::max(total, step.label.total);
    finished += is_finished(step) ? 1 : 0;
    cached += step.state == State::cached ? 1 : 0;
  }
};

}  // namespace

LaneCounts LaneCounts::of(const Tracker& tracker, std::size_t lane) {
  const bool shared = lane == tracker.shared_lane();
  LaneCounts counts;
  std::map<std::string, Stage> stages;
  for (const auto& step : tracker.steps()) {
    if (step.state == State::waiting || (step.lane != lane && step.lane != tracker.shared_lane())) continue;
    if (!step.internal && !step.label.index.empty()) stages[step.label.stage].add(step, step.lane == lane);
    if (step.lane != lane) continue;
    counts.since = std::min(counts.since.value_or(step.since), step.since);
    if (step.state == State::running) counts.running.push_back(&step);
    if (step.state == State::failed) counts.failed = true;
    if (step.internal || !step.label.index.empty()) continue;
    ++counts.known;
    if (is_finished(step)) ++counts.finished;
  }
  for (const auto& [name, stage] : stages) {
    if (stage.own == 0) continue;
    const int total = shared ? stage.own : stage.total;
    counts.known += total;
    // A test solves stages again that the build has solved: they count once.
    counts.finished += std::min(stage.finished, total);
    counts.cached += std::min(stage.cached, total);
  }
  std::ranges::stable_sort(counts.running, {},
                           [](const TrackedStep* step) { return std::pair(step->internal, step->since); });
  return counts;
}

}  // namespace polyarch::report
