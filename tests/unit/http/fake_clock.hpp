#pragma once
#include <atomic>

#include "base/clock.hpp"

namespace polyarch::testing {

// Time that passes only when someone sleeps or the test says so.
class FakeClock final : public Clock {
 public:
  Wall wall() const override { return Wall(std::chrono::seconds(1'700'000'000)) + passed(); }
  Steady steady() const override { return Steady(std::chrono::hours(1)) + passed(); }
  void sleep(std::chrono::milliseconds duration) override { passed_ += duration.count(); }

  std::chrono::milliseconds passed() const { return std::chrono::milliseconds(passed_); }

 private:
  std::atomic<std::chrono::milliseconds::rep> passed_{0};
};

}  // namespace polyarch::testing
