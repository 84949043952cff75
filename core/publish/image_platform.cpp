#include "publish/image_platform.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <map>
#include <set>

#include "base/error.hpp"
#include "oci/manifest.hpp"

namespace polyarch::publish {
namespace {

using Names = std::set<std::string, std::less<>>;

// Systems that run on few architectures, and architectures with few variants; others are not ours to judge.
const std::map<std::string, Names, std::less<>> architectures_of{
    {"windows", {"386", "amd64", "arm", "arm64"}},
    {"darwin", {"amd64", "arm64"}},
    {"wasip1", {"wasm"}},
};
const std::map<std::string, Names, std::less<>> variants_of{
    {"386", {"", "sse2", "softfloat"}},
    {"amd64", {"", "v2", "v3", "v4"}},
    {"arm", {"v5", "v6", "v7", "v8"}},
};

bool allows(const std::map<std::string, Names, std::less<>>& rules, const std::string& key, const std::string& value) {
  const auto rule = rules.find(key);
  return rule == rules.end() || rule->second.contains(value);
}

bool possible(const oci::Platform& platform) {
  return allows(architectures_of, platform.os, platform.architecture) &&
         allows(variants_of, platform.architecture, platform.variant);
}

// Older builders leave the variant out of the config, and some the version of Windows: that is no contradiction.
bool agree(const oci::Platform& declared, const oci::Platform& config, bool config_has_variant) {
  const auto same = [](const std::string& a, const std::string& b) { return a.empty() || b.empty() || a == b; };
  return declared.os == config.os && declared.architecture == config.architecture &&
         (!config_has_variant || same(declared.variant, config.variant)) &&
         same(declared.os_version, config.os_version);
}

}  // namespace

oci::Platform image_platform(const std::optional<oci::Platform>& declared, std::string_view config,
                             const std::string& what) {
  const auto name = "config of " + what;
  const auto actual = oci::ImageConfig::parse(config, name).platform;
  const bool known = !actual.os.empty() && !actual.architecture.empty() && !actual.unknown();
  if (!declared && !known) {
    throw Error(ErrorKind::publish, fmt::format("{} is not an image of a platform", what),
                "only images can be joined; charts, signatures and other artifacts cannot");
  }
  const bool has_variant = !string_at(parse_json(config, name), "variant", name).value_or("").empty();
  if (declared && known && !agree(*declared, actual, has_variant)) {
    throw Error(ErrorKind::publish,
                fmt::format("{} is {} in its index and {} in its config", what, declared->str(), actual.str()),
                "name the image itself instead of the index, or build it again for its platform");
  }
  const auto& platform = declared ? *declared : actual;
  if (possible(platform)) return platform;
  throw Error(ErrorKind::publish, fmt::format("{}: there is no platform {}", what, platform.str()),
              "build the image again with the right --platform");
}

}  // namespace polyarch::publish
