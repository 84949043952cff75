#include "publish/release.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <set>

#include "base/error.hpp"
#include "publish/promote.hpp"
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
  for (const auto& target : targets) {
    phase(fmt::format("copying to {}", target.str()));
    for (const auto& leg : release.legs) {
      copy_graph(client, release.staging, target, leg.manifest);
      for (const auto& attestation : leg.attestations) copy_graph(client, release.staging, target, attestation);
    }
  }
}

Artifact image(registry::Client& client, const Release& release, const Leg& leg) {
  return {leg.manifest.media_type, client.need_manifest({release.staging, std::nullopt, leg.manifest.digest}).bytes};
}

Artifact whole(registry::Client& client, const Release& release) {
  if (!release.as_index && release.legs.front().attestations.empty()) {
    return image(client, release, release.legs.front());
  }
  const auto index = assemble(release.legs, release.annotations);
  return {index.media_type, index.dump()};
}

void promote_own(registry::Client& client, const Release& release) {
  for (const auto& [platform, tags] : release.own_tags) {
    const auto leg =
        std::ranges::find_if(release.legs, [&](const Leg& made) { return same_target(made.platform, platform); });
    if (leg != release.legs.end()) promote(client, image(client, release, *leg), tags);
  }
}

}  // namespace

oci::Descriptor publish(registry::Client& client, const Release& release, const Phase& phase) {
  if (release.legs.empty()) throw Error(ErrorKind::publish, "no platform is left to publish");
  spread(client, release, phase);
  const auto artifact = whole(client, release);
  phase(fmt::format("publishing {}", release.tags.front().str()));
  auto published = promote(client, artifact, release.tags);
  promote_own(client, release);
  return published;
}

}  // namespace polyarch::publish
