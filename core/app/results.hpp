#pragma once
#include <vector>

#include "app/run_state.hpp"

namespace polyarch::app {

std::string engine_version();

// The matrix, for people or (--format json) for programs, on standard output.
void show_results(const report::Run& run, const spec::BuildOptions& options, Context& context);

// The files that were asked for: reports, metadata, outputs, image ID.
void write_results(const report::Run& run, const std::vector<SolveOutcome>& outcomes, const Plan& plan,
                   const spec::BuildOptions& options);

}  // namespace polyarch::app
