#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"
#include "base/json.hpp"

namespace polyarch::server {

// What a registry needs to know of a manifest.
struct ManifestFacts {
  std::string media_type;
  std::vector<Digest> blobs;      // that have to be in the repository
  std::vector<Digest> manifests;  // likewise
  std::optional<Digest> subject;
  std::string artifact_type;  // as the referrers API reports it; may be empty
  Json annotations = Json::object();

  // The descriptor that the referrers API lists.
  Json referrer(const Digest& digest, std::uint64_t size) const;
};

// Any media type is accepted, and images and indexes of OCI and Docker are looked into. `content_type` is the header's
// value and may be empty. Throws Error{input} when the manifest contradicts its type, or when it has none.
ManifestFacts read_manifest(std::string_view bytes, std::string_view content_type);

}  // namespace polyarch::server
