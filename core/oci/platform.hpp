#pragma once
#include <compare>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"

namespace polyarch::oci {

// `os/arch[/variant]`, normalised as containerd's platforms package does it: x86_64 → amd64, aarch64 and arm64/v8 →
// arm64, arm → arm/v7, amd64/v1 → amd64, i386 → 386. A value of this type is always normalised.
struct Platform {
  std::string os;
  std::string architecture;
  std::string variant;
  std::string os_version;

  // From "linux/arm64", "arm64", "linux/arm/v7", …. A missing os is linux. Throws Error{usage} with the known names.
  static Platform parse(std::string_view text);
  // From the `platform` object of a descriptor or from an image config; throws Error{input} naming `what`.
  static Platform from_json(const Json& object, std::string_view what);
  Json to_json() const;

  // "linux/arm/v7"
  std::string str() const;
  // "linux-arm-v7": for tags, file names and lanes.
  std::string slug() const;
  // The attestation manifests of BuildKit say unknown/unknown.
  bool unknown() const { return os == "unknown" || architecture == "unknown"; }

  auto operator<=>(const Platform&) const = default;
};

// Parses each of "linux/amd64,linux/arm64" and drops repetitions, keeping the order.
std::vector<Platform> parse_platforms(const std::vector<std::string>& lists);

// As str(), but where several would have one name (images for two versions of Windows) with the version of the system,
// as containerd writes it, "windows(10.0.17763.1)/amd64", and a number where that tells nothing: each name once.
std::vector<std::string> distinct_names(const std::vector<Platform>& platforms);

// "linux/amd64, linux/arm64"
std::string names(const std::vector<Platform>& platforms);

}  // namespace polyarch::oci
