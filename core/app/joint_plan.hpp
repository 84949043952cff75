#pragma once
#include "app/plan.hpp"

namespace polyarch::app {

// What the jobs of the run agree on, when it has legs in other jobs (--only); nullopt: it has none. Pure. `plan` holds
// targets and annotations. Throws Error{usage} when such a run could not be joined: nothing is pushed, or nothing names
// the run.
std::optional<publish::RunPlan> joint_plan(const spec::BuildOptions& options, const Facts& facts, const Plan& plan);

}  // namespace polyarch::app
