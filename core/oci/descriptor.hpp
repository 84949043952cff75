#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.hpp"
#include "base/json.hpp"
#include "oci/platform.hpp"

namespace polyarch::oci {

namespace media_type {
inline constexpr std::string_view oci_index = "application/vnd.oci.image.index.v1+json";
inline constexpr std::string_view oci_manifest = "application/vnd.oci.image.manifest.v1+json";
inline constexpr std::string_view oci_config = "application/vnd.oci.image.config.v1+json";
inline constexpr std::string_view oci_empty = "application/vnd.oci.empty.v1+json";
inline constexpr std::string_view oci_artifact = "application/vnd.oci.artifact.manifest.v1+json";  // before OCI 1.1
inline constexpr std::string_view docker_index = "application/vnd.docker.distribution.manifest.list.v2+json";
inline constexpr std::string_view docker_manifest = "application/vnd.docker.distribution.manifest.v2+json";
bool is_index(std::string_view type);
bool is_manifest(std::string_view type);
}  // namespace media_type

using Annotations = std::map<std::string, std::string>;

// OCI image-spec, descriptor.md. `extra` keeps the members that this struct does not name, so that a round trip loses
// none.
struct Descriptor {
  std::string media_type;
  Digest digest;
  std::uint64_t size = 0;
  std::optional<Platform> platform;
  Annotations annotations;
  std::string artifact_type;
  Json extra = Json::object();

  // Throws Error{input} naming `what` on a missing or wrong member.
  static Descriptor from_json(const Json& object, std::string_view what);
  Json to_json() const;

  // BuildKit marks an attestation manifest with vnd.docker.reference.type and names its image by
  // vnd.docker.reference.digest.
  bool is_attestation() const;
  std::optional<Digest> attests() const;
};

Annotations annotations_from_json(const Json& object, std::string_view what);

}  // namespace polyarch::oci
