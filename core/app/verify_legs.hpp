#pragma once
#include <vector>

#include "app/run_state.hpp"

namespace polyarch::app {

// Runs the tests of every leg that was built, on its own node, side by side; the legs in the report get their results.
// A failed test fails its leg and ends no other.
void verify_legs(RunState& state, const std::vector<SolveOutcome>& outcomes);

}  // namespace polyarch::app
