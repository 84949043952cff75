#include "sys/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>

namespace polyarch::sys {

void run_parallel(const std::vector<std::function<void()>>& tasks, std::size_t width) {
  std::vector<std::exception_ptr> failures(tasks.size());
  std::atomic<std::size_t> next = 0;
  std::atomic<bool> failed = false;
  const auto work = [&] {
    while (!failed) {
      const auto i = next++;
      if (i >= tasks.size()) return;
      try {
        tasks[i]();
      } catch (...) {
        failures[i] = std::current_exception();
        failed = true;
      }
    }
  };
  const auto helpers = std::min(std::max<std::size_t>(width, 1), tasks.size());
  std::vector<std::jthread> threads;
  for (std::size_t i = 1; i < helpers; ++i) threads.emplace_back(work);
  work();
  threads.clear();  // joins them
  for (const auto& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

}  // namespace polyarch::sys
