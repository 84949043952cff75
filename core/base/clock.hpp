#pragma once
#include <chrono>

namespace polyarch {

// Time as the engine sees it; tests put a clock of their own in its place. Implementations are safe for several
// threads.
class Clock {
 public:
  using Wall = std::chrono::system_clock::time_point;
  using Steady = std::chrono::steady_clock::time_point;

  virtual ~Clock() = default;
  virtual Wall wall() const = 0;
  virtual Steady steady() const = 0;
  virtual void sleep(std::chrono::milliseconds duration) = 0;
};

// The machine's clock.
Clock& system_clock();

}  // namespace polyarch
