#include "report/tracker.hpp"

#include <algorithm>

namespace polyarch::report {

State state_of(const Step& step) {
  if (step.error.find("context canceled") != std::string::npos) return State::canceled;
  if (!step.error.empty()) return State::failed;
  if (step.completed) return step.cached ? State::cached : State::done;
  return step.started ? State::running : State::waiting;
}

std::string_view to_string(State state) {
  switch (state) {
    case State::waiting:
      return "waiting";
    case State::running:
      return "running";
    case State::done:
      return "done";
    case State::cached:
      return "cached";
    case State::failed:
      return "failed";
    case State::canceled:
      return "canceled";
  }
  return "waiting";
}

Tracker::Tracker(std::vector<LaneInfo> lanes) : lanes_(std::move(lanes)) {}

TrackedStep& Tracker::update(const Step& step, std::chrono::milliseconds now) {
  const auto [entry, is_new] = by_id_.try_emplace(step.id, steps_.size());
  if (is_new) steps_.push_back({.id = step.id, .label = StepLabel::parse(step.name)});
  auto& tracked = steps_[entry->second];
  const auto state = state_of(step);
  const bool begins = state == State::running && tracked.state != State::running;
  if (begins || tracked.state == State::waiting) tracked.since = now;
  tracked.lane = lane_of(step);
  tracked.state = state;
  tracked.internal = step.internal;
  tracked.emulated = step.emulated;
  // Of a node that had not answered when the lanes were made, its steps tell.
  if (step.emulated && tracked.lane < lanes_.size()) lanes_[tracked.lane].emulated = true;
  tracked.duration = step.duration;
  return tracked;
}

const TrackedStep* Tracker::find(const std::string& id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &steps_[found->second];
}

std::vector<const TrackedStep*> Tracker::running() const {
  std::vector<const TrackedStep*> running;
  for (const auto& step : steps_) {
    if (step.state == State::running) running.push_back(&step);
  }
  std::ranges::stable_sort(running, {}, &TrackedStep::since);
  return running;
}

std::string Tracker::lane_name(std::size_t lane) const {
  return lane < lanes_.size() ? lanes_[lane].platform.str() : "shared";
}

std::size_t Tracker::lane_of(const Step& step) const {
  const auto found = std::ranges::find_if(lanes_, [&](const LaneInfo& lane) { return lane.platform == step.platform; });
  return static_cast<std::size_t>(found - lanes_.begin());
}

}  // namespace polyarch::report
