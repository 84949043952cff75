#pragma once
#include <string>

#include "report/run.hpp"

namespace polyarch::report {

// RFC 3339 in UTC with milliseconds: "2026-01-02T03:04:05.678Z".
std::string rfc3339(Time time);

}  // namespace polyarch::report
