#include "app/platform_tags.hpp"

#include <fmt/core.h>
#include <map>

#include "base/error.hpp"

namespace polyarch::app {
namespace {

std::string suffix(const oci::Platform& platform) {
  const auto slug = platform.slug();
  return platform.os == "linux" ? slug.substr(sizeof("linux-") - 1) : slug;
}

oci::Reference with_suffix(const oci::Reference& tag, const oci::Platform& platform) {
  auto text = fmt::format("{}-{}", tag.identifier(), suffix(platform));
  if (oci::Reference::valid_tag(text)) return {tag.repository, std::move(text), std::nullopt};
  throw Error(ErrorKind::usage, fmt::format("--platform-tags: '{}' is too long for a tag", text),
              "a tag has up to 128 characters");
}

// What each tag comes from, so that none is given to two images.
class Origins {
 public:
  explicit Origins(const std::vector<oci::Reference>& tags) {
    for (const auto& tag : tags) origins_.emplace(tag, "--tag " + tag.str());
  }

  void add(const oci::Reference& made, const std::string& origin) {
    const auto [other, fresh] = origins_.emplace(made, origin);
    if (fresh) return;
    throw Error(ErrorKind::usage,
                fmt::format("--platform-tags: {} and {} would have one tag, {}", other->second, origin, made.str()),
                "leave out one of these tags, or --platform-tags");
  }

 private:
  std::map<oci::Reference, std::string> origins_;
};

}  // namespace

std::vector<publish::Promotion> platform_tags(const std::vector<publish::Leg>& legs,
                                              const std::vector<oci::Reference>& tags) {
  std::vector<publish::Promotion> out;
  std::map<std::string, const publish::Leg*> owners;
  Origins origins(tags);
  for (const auto& leg : legs) {
    const auto [owner, fresh] = owners.emplace(suffix(leg.platform), &leg);
    if (!fresh && owner->second->manifest.digest == leg.manifest.digest) continue;
    if (!fresh) {
      throw Error(ErrorKind::usage,
                  fmt::format("--platform-tags: {} ({}) and {} would have one tag, …-{}", owner->second->source,
                              owner->second->manifest.digest.str(), leg.manifest.digest.str(), owner->first),
                  "leave out --platform-tags: these platforms differ in their version only");
    }
    publish::Promotion promotion{{leg.manifest.media_type, leg.bytes}, {}};
    for (const auto& tag : tags) {
      promotion.tags.push_back(with_suffix(tag, leg.platform));
      origins.add(promotion.tags.back(), fmt::format("{} for {}", tag.str(), leg.platform.str()));
    }
    out.push_back(std::move(promotion));
  }
  return out;
}

}  // namespace polyarch::app
