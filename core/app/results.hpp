#pragma once
#include <filesystem>
#include <vector>

#include "app/outputs.hpp"
#include "app/run_state.hpp"

namespace polyarch::app {

std::string engine_version();

// The matrix, for people or (--format json) for programs, on standard output.
void show_results(const report::Run& run, const spec::BuildOptions& options, Context& context);

// report.json, report.md and junit.xml.
void write_reports(const report::Run& run, const std::filesystem::path& directory);

// Writes the files that were asked for: reports, metadata, image ID. Returns the outputs that spec/output.hpp declares;
// a run that failed has only those that say why.
Outputs write_results(const RunState& state, const std::vector<SolveOutcome>& outcomes);

}  // namespace polyarch::app
