#pragma once
#include <chrono>
#include <vector>

#include "report/tracker.hpp"

namespace polyarch::report {

// The steps of a lane, counted.
struct LaneCounts {
  int known = 0;  // a stage says how many steps it has before they are all seen
  int finished = 0;
  int cached = 0;
  bool failed = false;
  std::vector<const TrackedStep*> running;         // what someone wrote down first, then what has run longest
  std::optional<std::chrono::milliseconds> since;  // its first step began

  static LaneCounts of(const Tracker& tracker, std::size_t lane);
  bool complete() const { return known > 0 && finished >= known && running.empty(); }
};

}  // namespace polyarch::report
