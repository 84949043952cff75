#pragma once
#include <string>
#include <string_view>

#include "app/zone_rule.hpp"
#include "base/clock.hpp"

namespace polyarch::app {

// A time in the format of Moment.js, which tag rules are written in: "YYYYMMDD-HHmmss". What stands in brackets, and
// what is no token, stays as it is.
std::string moment_format(Clock::Wall time, std::string_view format, const ZoneTime& zone = {});

}  // namespace polyarch::app
