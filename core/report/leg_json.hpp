#pragma once
#include <string_view>

#include "base/json.hpp"
#include "report/run.hpp"

namespace polyarch::report {

// A leg as report.json shows it.
Json leg_json(const Leg& leg);
// The same back, from another job. Throws Error{input} naming `what`.
Leg parse_leg(const Json& object, std::string_view what);

}  // namespace polyarch::report
