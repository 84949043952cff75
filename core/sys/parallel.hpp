#pragma once
#include <cstddef>
#include <functional>
#include <vector>

namespace polyarch::sys {

// Runs every task, at most `width` at a time, and waits for all. The first exception (in the order of `tasks`) is
// thrown again after all have ended.
void run_parallel(const std::vector<std::function<void()>>& tasks, std::size_t width);

}  // namespace polyarch::sys
