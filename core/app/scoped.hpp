#pragma once
#include <optional>
#include <string>
#include <vector>

#include "oci/platform.hpp"

namespace polyarch::app {

// A value of a list option: "VALUE", or "os/arch[/variant]:VALUE" for one platform alone.
struct Scoped {
  std::optional<oci::Platform> platform;
  std::string value;
};

// A prefix counts only when it is a platform with its operating system, so "arm64:x" is a plain value.
Scoped parse_scoped(const std::string& text);
std::vector<Scoped> parse_scoped(const std::vector<std::string>& texts);

// The values that hold for `platform`: those of all platforms and its own, in the order given.
std::vector<std::string> values_for(const std::vector<std::string>& texts, const oci::Platform& platform);
// The values that hold for every platform.
std::vector<std::string> common_values(const std::vector<std::string>& texts);

// Throws Error{usage} when a value names a platform that is not built.
void check_scopes(std::string_view option, const std::vector<std::string>& texts,
                  const std::vector<oci::Platform>& platforms);

}  // namespace polyarch::app
