#pragma once
#include "base/clock.hpp"
#include "base/error.hpp"
#include "ci/host.hpp"
#include "spec/build.hpp"

namespace polyarch::app {

// The report of a run that failed before it had a plan: refused options, facts that rule it out, no access. Nothing
// without --report-dir. A report that cannot be written is a warning.
void report_false_start(const Error& error, const spec::BuildOptions& options, const ci::Host& host, Clock::Wall now);

}  // namespace polyarch::app
