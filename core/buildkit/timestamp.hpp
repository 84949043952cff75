#pragma once
#include <optional>
#include <string_view>

#include "report/run.hpp"

namespace polyarch::buildkit {

// RFC 3339, as BuildKit writes it: "2026-11-23T09:46:46.569171588Z"; nullopt on anything else.
std::optional<report::Time> parse_timestamp(std::string_view text);

}  // namespace polyarch::buildkit
