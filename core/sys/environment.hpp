#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace polyarch::sys {

// Reads one environment variable: a seam, so that tests bring an environment of their own. Set but empty is nullopt.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;

Environment process_environment();
Environment fixed_environment(std::map<std::string, std::string, std::less<>> values);

}  // namespace polyarch::sys
