#pragma once
#include <vector>

#include "app/run_state.hpp"

namespace polyarch::app {

// Joins the legs that passed, brings them to every repository, and moves the tags, last of all. Fills the report's
// digest, reference and tags. What belongs to a leg that failed (an optional one) is left out.
void publish_run(RunState& state, const std::vector<SolveOutcome>& outcomes);

}  // namespace polyarch::app
