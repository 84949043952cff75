#include "publish/annotate.hpp"

#include <fmt/core.h>

#include "base/error.hpp"

namespace polyarch::publish {

Leg annotate(Leg leg, const oci::Annotations& annotations) {
  if (!leg.attestations.empty()) {
    throw Error(ErrorKind::publish,
                fmt::format("the manifest of {} ({}) cannot be annotated: it has attestations, which are of its digest",
                            leg.platform.str(), leg.source),
                "annotate the index (index:KEY=VALUE) or its entry (manifest-descriptor:KEY=VALUE), or annotate in the "
                "build");
  }
  if (leg.manifest.media_type == oci::media_type::docker_manifest) {
    throw Error(ErrorKind::publish,
                fmt::format("the manifest of {} ({}) cannot be annotated: Docker's format has no annotations",
                            leg.platform.str(), leg.source),
                "annotate the index (index:KEY=VALUE) or its entry (manifest-descriptor:KEY=VALUE)");
  }
  auto manifest = parse_json(leg.bytes, leg.manifest.digest.str());
  for (const auto& [key, value] : annotations) manifest["annotations"][key] = value;
  leg.bytes = manifest.dump();
  leg.manifest.digest = Digest::sha256(leg.bytes);
  leg.manifest.size = leg.bytes.size();
  return leg;
}

}  // namespace polyarch::publish
