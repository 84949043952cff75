#pragma once
#include <chrono>

namespace polyarch::report {

// Some CI systems end a job that says nothing for long.
class Heartbeat {
 public:
  // Something was written.
  void said_something(std::chrono::milliseconds now) { last_ = now; }
  // True when it is time for a sign of life, which counts as having said something.
  bool due(std::chrono::milliseconds now) {
    if (now - last_ < interval) return false;
    last_ = now;
    return true;
  }

 private:
  static constexpr std::chrono::seconds interval{30};
  std::chrono::milliseconds last_{0};
};

}  // namespace polyarch::report
