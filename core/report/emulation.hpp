#pragma once
#include <string>
#include <vector>

#include "report/run.hpp"

namespace polyarch::report {

// A step that this run did natively for one platform and emulated for others.
struct EmulatedStep {
  const Step* emulated = nullptr;
  const Step* native = nullptr;  // the slowest, to be fair
  double times = 0;              // as long
};

// Steps that were neither cached nor failed, what costs the most time first. Points into `run`.
std::vector<EmulatedStep> emulated_steps(const Run& run);

}  // namespace polyarch::report
