#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace polyarch::registry {

// The target of the link with rel="next" in Link fields (RFC 8288), as it stands there; nullopt when there is none.
// A field over 16 KiB is passed over.
std::optional<std::string> next_link(const std::vector<std::string>& fields);

}  // namespace polyarch::registry
