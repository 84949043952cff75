#include "app/scoped.hpp"

#include <algorithm>
#include <array>
#include <fmt/core.h>

#include "base/error.hpp"

namespace polyarch::app {

Scoped parse_scoped(const std::string& text) {
  static constexpr std::array systems{"linux/", "windows/", "freebsd/"};
  const bool maybe = std::ranges::any_of(systems, [&](const char* system) { return text.starts_with(system); });
  const auto colon = text.find(':');
  if (!maybe || colon == std::string::npos) return {std::nullopt, text};
  try {
    return {oci::Platform::parse(text.substr(0, colon)), text.substr(colon + 1)};
  } catch (const Error&) {
    return {std::nullopt, text};  // "linux/tools:1.0" is an image of Docker Hub
  }
}

std::vector<Scoped> parse_scoped(const std::vector<std::string>& texts) {
  std::vector<Scoped> out;
  for (const auto& text : texts) out.push_back(parse_scoped(text));
  return out;
}

std::vector<std::string> values_for(const std::vector<std::string>& texts, const oci::Platform& platform) {
  std::vector<std::string> out;
  for (auto& scoped : parse_scoped(texts)) {
    if (!scoped.platform || *scoped.platform == platform) out.push_back(std::move(scoped.value));
  }
  return out;
}

std::vector<std::string> common_values(const std::vector<std::string>& texts) {
  std::vector<std::string> out;
  for (auto& scoped : parse_scoped(texts)) {
    if (!scoped.platform) out.push_back(std::move(scoped.value));
  }
  return out;
}

void check_scopes(std::string_view option, const std::vector<std::string>& texts,
                  const std::vector<oci::Platform>& platforms) {
  for (const auto& scoped : parse_scoped(texts)) {
    if (!scoped.platform || std::ranges::find(platforms, *scoped.platform) != platforms.end()) continue;
    throw Error(ErrorKind::usage,
                fmt::format("--{} {}:… is for a platform that is not built", option, scoped.platform->str()),
                fmt::format("add {} to --platform, or drop the value", scoped.platform->str()));
  }
}

}  // namespace polyarch::app
