#include "publish/release.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <set>

#include "base/error.hpp"
#include "publish/source.hpp"
#include "publish/transfer.hpp"

namespace polyarch::publish {
namespace {

using Phase = std::function<void(std::string_view)>;

void spread(registry::Client& client, const Release& release, const Phase& phase) {
  std::set<oci::Repository> targets;
  for (const auto& tag : release.tags) targets.insert(tag.repository);
  for (const auto& [platform, tags] : release.own_tags) {
    for (const auto& tag : tags) targets.insert(tag.repository);
  }
  targets.erase(release.staging);
  std::vector<oci::Descriptor> images;
  for (const auto& leg : release.legs) {
    images.push_back(leg.manifest);
    images.insert(images.end(), leg.attestations.begin(), leg.attestations.end());
  }
  for (const auto& target : targets) {
    phase(fmt::format("copying to {}", target.str()));
    transfer(client, *registry_source(client, release.staging), target, images);
  }
}

Artifact image(registry::Client& client, const Release& release, const Leg& leg) {
  return {leg.manifest.media_type, client.need_manifest({release.staging, std::nullopt, leg.manifest.digest}).bytes};
}

// The image of each platform that has tags of its own.
std::vector<Promotion> own_promotions(registry::Client& client, const Release& release) {
  std::vector<Promotion> out;
  for (const auto& [platform, tags] : release.own_tags) {
    const auto leg = std::ranges::find_if(
        release.legs, [&wanted = platform](const Leg& made) { return same_target(made.platform, wanted); });
    if (leg != release.legs.end()) out.push_back({image(client, release, *leg), tags});
  }
  return out;
}

}  // namespace

Artifact whole_artifact(registry::Client& client, const Release& release) {
  if (release.legs.empty()) throw Error(ErrorKind::publish, "no platform is left to publish");
  if (!release.as_index && release.legs.front().attestations.empty()) {
    return image(client, release, release.legs.front());
  }
  const auto index = assemble(release.legs, release.annotations);
  return {index.media_type, index.dump()};
}

oci::Descriptor publish(registry::Client& client, const Release& release, const Phase& phase) {
  const auto artifact = whole_artifact(client, release);
  spread(client, release, phase);
  auto promotions = own_promotions(client, release);
  promotions.push_back({artifact, release.tags});
  phase(fmt::format("publishing {}", release.tags.front().str()));
  promote(client, promotions);
  return {.media_type = artifact.media_type, .digest = Digest::sha256(artifact.bytes), .size = artifact.bytes.size()};
}

}  // namespace polyarch::publish
