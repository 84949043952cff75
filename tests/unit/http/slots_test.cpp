#include "http/slots.hpp"

#include <atomic>
#include <gtest/gtest.h>
#include <thread>
#include <vector>

#include "base/error.hpp"

namespace polyarch::http {
namespace {

TEST(Slots, LimitWhatRunsAtATime) {
  Slots slots(3);
  std::atomic<int> running = 0;
  std::atomic<int> most = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 12; ++i) {
    threads.emplace_back([&] {
      const Slots::Slot slot(slots, "https://r.example", nullptr);
      const int now = ++running;
      for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      --running;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_LE(most, 3);
  EXPECT_GT(most, 1);
}

TEST(Slots, AreOfOneOriginAndNotOfInnerRequests) {
  Slots slots(1);
  const Slots::Slot outer(slots, "https://a.example", nullptr);
  const Slots::Slot inner(slots, "https://a.example", nullptr);
  std::thread([&] { const Slots::Slot other(slots, "https://b.example", nullptr); }).join();
}

TEST(Slots, ACancelEndsTheWait) {
  Slots slots(1);
  const Slots::Slot outer(slots, "https://a.example", nullptr);
  sys::Cancel cancel;
  cancel.request();
  std::thread([&] { EXPECT_THROW(Slots::Slot(slots, "https://a.example", &cancel), Error); }).join();
}

}  // namespace
}  // namespace polyarch::http
