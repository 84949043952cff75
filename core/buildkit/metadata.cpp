#include "buildkit/solve.hpp"

namespace polyarch::buildkit {

Metadata parse_metadata(std::string_view bytes) {
  static constexpr std::string_view what = "the metadata file of buildx";
  Metadata metadata{std::nullopt, parse_json(bytes, what)};
  const auto digest = string_at(metadata.raw, "containerimage.digest", what);
  const auto descriptor = metadata.raw.find("containerimage.descriptor");
  if (descriptor != metadata.raw.end() && !descriptor->is_null()) {
    metadata.image = oci::Descriptor::from_json(*descriptor, what);
  } else if (digest) {
    metadata.image = oci::Descriptor{"", Digest::parse(*digest)};
  }
  return metadata;
}

}  // namespace polyarch::buildkit
