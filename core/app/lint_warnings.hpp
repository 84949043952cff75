#pragma once
#include "app/plan.hpp"

namespace polyarch::app {

// What the Dockerfile's lint has to say about this run, as warnings of its report.
void add_lint_warnings(report::Run& run, const spec::BuildOptions& options, const Facts& facts, const Plan& plan);

}  // namespace polyarch::app
