#pragma once
#include <map>
#include <string>
#include <vector>

#include "buildkit/progress.hpp"
#include "buildkit/solve.hpp"
#include "sys/process.hpp"

namespace polyarch::buildkit {

struct SolveResult {
  Metadata metadata;
  std::vector<report::Step> steps;
  std::string out;  // standard output: what `call` found
};

// Runs one solve to its end. `buildx`: what find_buildx returned; `env`: for the child, values of build arguments among
// them; `emulated`: platforms that the node runs under QEMU. Throws what solve_error makes of a failure; the listener
// has seen every step by then, the failed one with its Dockerfile line.
SolveResult run_solve(const Solve& solve, const std::vector<std::string>& buildx,
                      const std::map<std::string, std::string>& env, sys::Runner& runner,
                      const ProgressStream::Listener& listener, const std::vector<oci::Platform>& emulated = {});

}  // namespace polyarch::buildkit
