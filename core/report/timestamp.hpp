#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "report/run.hpp"

namespace polyarch::report {

// RFC 3339 in UTC with milliseconds: "2026-01-02T03:04:05.678Z".
std::string rfc3339(Time time);
// RFC 3339, as we and BuildKit write it: "2026-11-23T09:46:46.569171588Z"; nullopt on anything else.
std::optional<Time> parse_timestamp(std::string_view text);

}  // namespace polyarch::report
