#pragma once
#include "app/run_state.hpp"
#include "publish/release.hpp"

namespace polyarch::app {

// Says that the legs of this job are being built: what an earlier attempt recorded of them counts no more.
void announce_legs(RunState& state);

// Writes the records of the legs that were built here, and calls the roll. nullopt: other jobs still build, or one has
// failed, or has published already: the report says which. Else the whole release, with all legs in the report; after
// publishing, call forget_records.
std::optional<publish::Release> join_run(RunState& state, const std::vector<publish::Leg>& legs);

// Takes the records of a published run away.
void forget_records(RunState& state);

// Tells the other jobs that legs of this one failed. Never throws: the build's own failure is what counts.
void record_failure(RunState& state) noexcept;

}  // namespace polyarch::app
