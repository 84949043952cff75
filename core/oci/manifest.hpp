#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oci/descriptor.hpp"

namespace polyarch::oci {

// An image manifest of OCI or Docker type (OCI image-spec, manifest.md).
struct Manifest {
  std::string media_type;
  Descriptor config;
  std::vector<Descriptor> layers;
  std::optional<Descriptor> subject;
  std::string artifact_type;
  Annotations annotations;

  // Throws Error{input} naming `what`: malformed, over 4 MiB, or not an image manifest.
  static Manifest parse(std::string_view bytes, std::string_view what);
  std::string dump() const;
  // Compressed bytes of config and layers: what a pull moves.
  std::uint64_t total_size() const;
};

// An image index or Docker manifest list (OCI image-spec, image-index.md). `extra` keeps the members that this struct
// does not name, so that a changed index loses none.
struct Index {
  std::string media_type = std::string(media_type::oci_index);
  std::vector<Descriptor> manifests;
  std::optional<Descriptor> subject;
  std::string artifact_type;
  Annotations annotations;
  Json extra = Json::object();

  static Index parse(std::string_view bytes, std::string_view what);  // as Manifest::parse
  // Deterministic: members in a fixed order, no insignificant space. Same index, same bytes.
  std::string dump() const;
};

// The media type that a manifest's bytes declare: its mediaType, else `content_type`, else told from its members.
std::string manifest_media_type(std::string_view bytes, std::string_view content_type, std::string_view what);

// What an image config says of its platform (OCI image-spec, config.md), and when it was created.
struct ImageConfig {
  Platform platform;
  std::string created;
  static ImageConfig parse(std::string_view bytes, std::string_view what);
};

}  // namespace polyarch::oci
