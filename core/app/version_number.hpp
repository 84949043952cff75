#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace polyarch::app {

// A version that names tags.
struct VersionNumber {
  std::string raw;      // as it was written
  std::string version;  // in its canonical form
  std::string major;
  std::string minor;
  std::string patch;
  bool released = true;  // no pre-release, post-release or development version
};

// Semantic Versioning 2.0, with or without a "v" in front. nullopt: it is none.
std::optional<VersionNumber> parse_semver(std::string_view text);
// PEP 440. nullopt: it is none.
std::optional<VersionNumber> parse_pep440(std::string_view text);

}  // namespace polyarch::app
