#include "sys/parallel.hpp"

#include <atomic>
#include <chrono>
#include <gtest/gtest.h>
#include <stdexcept>
#include <thread>

namespace polyarch::sys {
namespace {

using Tasks = std::vector<std::function<void()>>;

TEST(RunParallel, RunsEveryTaskOnceAtAnyWidth) {
  for (const std::size_t width : {0U, 1U, 3U, 1000U}) {
    std::vector<std::atomic<int>> runs(20);
    Tasks tasks;
    for (auto& run : runs) tasks.emplace_back([&run] { ++run; });
    run_parallel(tasks, width);
    for (const auto& run : runs) EXPECT_EQ(run, 1) << width;
  }
  run_parallel({}, 4);
}

TEST(RunParallel, KeepsToItsWidth) {
  std::atomic<int> now = 0, most = 0;
  const Tasks tasks(12, [&] {
    const int here = ++now;
    for (int seen = most; here > seen && !most.compare_exchange_weak(seen, here);) {
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    --now;
  });
  run_parallel(tasks, 3);
  EXPECT_LE(most, 3);
  EXPECT_GE(most, 2);
}

TEST(RunParallel, AtWidthOneKeepsTheOrderAndTheThread) {
  std::vector<int> order;
  const auto caller = std::this_thread::get_id();
  Tasks tasks;
  for (int i = 0; i < 5; ++i) {
    tasks.emplace_back([&order, i, caller] {
      EXPECT_EQ(std::this_thread::get_id(), caller);
      order.push_back(i);
    });
  }
  run_parallel(tasks, 1);
  EXPECT_EQ(order, (std::vector{0, 1, 2, 3, 4}));
}

TEST(RunParallel, ThrowsTheFirstFailureAfterAllHaveEnded) {
  std::atomic<int> ended = 0;
  const Tasks tasks{[&] { ++ended; },
                    [] {
                      std::this_thread::sleep_for(std::chrono::milliseconds(50));
                      throw std::runtime_error("second");
                    },
                    [&] {
                      std::this_thread::sleep_for(std::chrono::milliseconds(100));
                      ++ended;
                    },
                    [] { throw std::runtime_error("fourth"); }};
  try {
    run_parallel(tasks, 4);
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "second") << "in the order of the tasks, not of time";
  }
  EXPECT_EQ(ended, 2);
}

TEST(RunParallel, BeginsNothingAfterAFailure) {
  for (const std::size_t width : {1U, 2U}) {
    std::atomic<int> begun = 0;
    Tasks tasks(50, [&] {
      ++begun;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    });
    tasks[1] = [] { throw std::runtime_error("no"); };
    EXPECT_THROW(run_parallel(tasks, width), std::runtime_error);
    EXPECT_LE(begun, 2) << width;
  }
}

}  // namespace
}  // namespace polyarch::sys
