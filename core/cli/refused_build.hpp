#pragma once
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "ci/host.hpp"
#include "spec/environment.hpp"

namespace polyarch::cli {

// The report of a build whose options were refused: a CI system shows it, and would else show nothing. Nothing for
// other commands, and where no directory for it can be made out.
void report_refused_build(const Error& error, const std::vector<std::string>& arguments,
                          const spec::Surroundings& surroundings, const ci::Host& host, Clock::Wall now);

}  // namespace polyarch::cli
