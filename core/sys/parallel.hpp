#pragma once
#include <cstddef>
#include <functional>
#include <vector>

namespace polyarch::sys {

// Runs every task, at most `width` at a time and beginning in their order, and waits for them. After an exception no
// further one begins; the first (in the order of `tasks`) is thrown again once those under way have ended.
void run_parallel(const std::vector<std::function<void()>>& tasks, std::size_t width);

}  // namespace polyarch::sys
