#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace polyarch::cli {

// The candidate that `word` is most likely a slip of; nullopt when none is near.
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace polyarch::cli
