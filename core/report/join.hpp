#pragma once
#include <vector>

#include "report/run.hpp"

namespace polyarch::report {

// The reports of the jobs of one run as the report of that run. A leg that was built again counts as it was built last,
// with its steps; the report of the job that published says under which tags. Throws Error{input} when there are none,
// or when they are of different runs.
Run join(std::vector<Run> parts);

}  // namespace polyarch::report
