#pragma once
#include <filesystem>
#include <functional>
#include <vector>

#include "app/builder_set.hpp"
#include "app/run_state.hpp"

namespace polyarch::app {

// Runs every solve of the plan, side by side, and finds the legs' images. A failed solve is in its outcome, and its
// legs in the report are failed; Error{interrupted} is thrown. `scratch`: where OCI layouts go.
std::vector<SolveOutcome> solve_legs(RunState& state, const BuilderSet& builders, const std::filesystem::path& scratch);

// One solve, shown and recorded: its steps get into the report, with Dockerfile lines.
struct SolveRun {
  Json metadata = Json::object();
  std::optional<oci::Descriptor> image;
  std::vector<report::Step> steps;
};
// `seen` gets the steps also when the solve throws.
SolveRun run_one(RunState& state, const buildkit::Solve& solve, std::vector<report::Step>* seen = nullptr);

}  // namespace polyarch::app
