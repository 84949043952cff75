#include "oci/platform.hpp"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <map>
#include <set>

#include "base/error.hpp"
#include "base/text.hpp"

namespace polyarch::oci {
namespace {

constexpr std::array known_systems{"linux", "windows", "darwin", "freebsd", "openbsd", "netbsd", "wasip1"};
constexpr std::array known_architectures{"amd64",   "arm64", "arm",      "386",    "riscv64", "ppc64le", "s390x",
                                         "loong64", "ppc64", "mips64le", "mips64", "mipsle",  "mips",    "wasm"};

template <class Names>
bool contains(const Names& names, std::string_view name) {
  return std::ranges::any_of(names, [name](std::string_view known) { return known == name; });
}

// What containerd allows in a part of a platform; it ends up in tags, file names and workflow commands.
bool plain(std::string_view part) {
  return part.size() <= 32 && std::ranges::all_of(part, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
         });
}

void normalise_arm(std::string& variant) {
  if (variant.empty() || variant == "7")
    variant = "v7";
  else if (variant == "5" || variant == "6" || variant == "8")
    variant = "v" + variant;
}

Platform normalise(Platform p) {
  p.os = text::lower(p.os);
  p.architecture = text::lower(p.architecture);
  p.variant = text::lower(p.variant);
  if (p.os == "macos") p.os = "darwin";
  if (p.architecture == "i386") p.architecture = "386", p.variant.clear();
  if (p.architecture == "x86_64" || p.architecture == "x86-64") p.architecture = "amd64";
  if (p.architecture == "amd64" && p.variant == "v1") p.variant.clear();
  if (p.architecture == "aarch64") p.architecture = "arm64";
  if (p.architecture == "arm64" && (p.variant == "8" || p.variant == "v8")) p.variant.clear();
  if (p.architecture == "armhf") p.architecture = "arm", p.variant = "v7";
  if (p.architecture == "armel") p.architecture = "arm", p.variant = "v6";
  if (p.architecture == "arm") normalise_arm(p.variant);
  return p;
}

[[noreturn]] void refuse_platform(std::string_view text, std::string_view problem) {
  throw Error(ErrorKind::usage, fmt::format("'{}' is not a platform: {}", text::printable(text.substr(0, 80)), problem),
              fmt::format("write os/arch[/variant], such as linux/arm64; known architectures: {}",
                          text::join({known_architectures.begin(), known_architectures.end()}, ", ")));
}

}  // namespace

Platform Platform::parse(std::string_view text) {
  const auto parts = text::split(text, '/');
  if (parts.size() > 3) refuse_platform(text, "it has more than three parts");
  if (std::ranges::any_of(parts, [](auto part) { return part.empty(); }))
    refuse_platform(text, "a part of it is empty");
  const auto part = [&parts](std::size_t i) { return i < parts.size() ? std::string(parts[i]) : std::string(); };
  const auto platform =
      normalise(parts.size() == 1 ? Platform{"linux", part(0), {}, {}} : Platform{part(0), part(1), part(2), {}});
  if (!contains(known_systems, platform.os)) refuse_platform(text, "its operating system is not known");
  if (!contains(known_architectures, platform.architecture)) refuse_platform(text, "its architecture is not known");
  if (!plain(platform.variant))
    refuse_platform(text, "the variant may hold up to 32 letters, digits, '.', '_' and '-'");
  return platform;
}

Platform Platform::from_json(const Json& object, std::string_view what) {
  const auto member = [&](const char* key) { return string_at(object, key, what).value_or(""); };
  auto platform = normalise({member("os"), member("architecture"), member("variant"), member("os.version")});
  if (!plain(platform.os) || !plain(platform.architecture) || !plain(platform.variant)) {
    throw Error(ErrorKind::input,
                fmt::format("{}: a malformed platform: '{}'", what, text::printable(platform.str().substr(0, 80))));
  }
  return platform;
}

Json Platform::to_json() const {
  Json out{{"architecture", architecture}, {"os", os}};
  if (!variant.empty()) out["variant"] = variant;
  if (!os_version.empty()) out["os.version"] = os_version;
  return out;
}

std::string Platform::str() const {
  return variant.empty() ? os + "/" + architecture : os + "/" + architecture + "/" + variant;
}

std::string Platform::slug() const {
  auto out = str();
  std::ranges::replace(out, '/', '-');
  return out;
}

std::vector<Platform> parse_platforms(const std::vector<std::string>& lists) {
  std::vector<Platform> out;
  for (const auto& list : lists) {
    for (const auto part : text::split(list, ',')) {
      const auto name = text::trim(part);
      if (name.empty()) continue;
      auto platform = Platform::parse(name);
      if (std::ranges::find(out, platform) == out.end()) out.push_back(std::move(platform));
    }
  }
  return out;
}

std::vector<std::string> distinct_names(const std::vector<Platform>& platforms) {
  std::map<std::string, int> users;
  for (const auto& platform : platforms) ++users[platform.str()];
  std::vector<std::string> out;
  std::set<std::string> taken;
  for (const auto& platform : platforms) {
    auto name = platform.str();
    if (users[name] > 1 && !platform.os_version.empty())
      name.insert(platform.os.size(), fmt::format("({})", text::printable(platform.os_version.substr(0, 40))));
    const auto first = name;
    for (int i = 2; !taken.insert(name).second; ++i) name = fmt::format("{} ({})", first, i);
    out.push_back(std::move(name));
  }
  return out;
}

std::string names(const std::vector<Platform>& platforms) {
  std::vector<std::string> out;
  for (const auto& platform : platforms) out.push_back(platform.str());
  return text::join(out, ", ");
}

}  // namespace polyarch::oci
