#pragma once
#include <chrono>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "report/progress.hpp"
#include "report/run.hpp"
#include "report/step_label.hpp"

namespace polyarch::report {

enum class State { waiting, running, done, cached, failed, canceled };
State state_of(const Step& step);
std::string_view to_string(State state);

// A step as the displays see it.
struct TrackedStep {
  std::string id;
  StepLabel label;
  std::size_t lane = 0;
  State state = State::waiting;
  bool internal = false;
  bool emulated = false;
  std::chrono::milliseconds since{0};  // when it began to run, for the last time
  std::chrono::milliseconds duration{0};
};

// What became of the steps so far, by lane: one a platform, and the last for what several platforms share.
class Tracker {
 public:
  explicit Tracker(std::vector<LaneInfo> lanes);

  // The step after the change; valid as long as the tracker.
  TrackedStep& update(const Step& step, std::chrono::milliseconds now);
  const TrackedStep* find(const std::string& id) const;
  const std::deque<TrackedStep>& steps() const { return steps_; }
  // In the order in which they began.
  std::vector<const TrackedStep*> running() const;

  std::size_t lanes() const { return lanes_.size() + 1; }
  std::size_t shared_lane() const { return lanes_.size(); }
  // "linux/arm64" or "shared"
  std::string lane_name(std::size_t lane) const;
  bool lane_emulated(std::size_t lane) const { return lane < lanes_.size() && lanes_[lane].emulated; }

 private:
  std::size_t lane_of(const Step& step) const;

  std::vector<LaneInfo> lanes_;
  std::deque<TrackedStep> steps_;
  std::unordered_map<std::string, std::size_t> by_id_;
};

}  // namespace polyarch::report
