#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "report/run.hpp"
#include "report/tracker.hpp"

namespace polyarch::report {

// A step as it lies in time.
struct Bar {
  const Step* step = nullptr;
  State state = State::waiting;
  std::chrono::milliseconds start{0};  // since the timeline began
  std::chrono::milliseconds length{0};
  std::size_t row = 0;  // so that bars of one row do not overlap
  bool timed = false;   // false: it never began
};

struct TimelineLane {
  const Leg* leg = nullptr;  // nullptr: what several platforms share
  std::vector<Bar> bars;     // by start; what never began last
  std::size_t rows = 0;
};

// The steps of a run, laid out in time: a lane a platform, and one for what they share, when there is any.
struct Timeline {
  std::chrono::milliseconds length{0};
  std::vector<TimelineLane> lanes;

  // Points into `run`.
  static Timeline of(const Run& run);
};

}  // namespace polyarch::report
