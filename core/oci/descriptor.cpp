#include "oci/descriptor.hpp"

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace polyarch::oci {
namespace {

constexpr std::uint64_t largest_size = std::uint64_t{1} << 48;  // so that no sum over a manifest overflows

}  // namespace

bool media_type::is_index(std::string_view type) {
  return type == oci_index || type == docker_index;
}
bool media_type::is_manifest(std::string_view type) {
  return type == oci_manifest || type == docker_manifest;
}

Annotations annotations_from_json(const Json& object, std::string_view what) {
  Annotations out;
  const auto found = object.find("annotations");
  if (found == object.end() || found->is_null()) return out;
  if (!found->is_object()) throw Error(ErrorKind::input, fmt::format("{}: 'annotations' is not an object", what));
  for (const auto& [key, value] : found->items()) {
    if (!value.is_string())
      throw Error(ErrorKind::input,
                  fmt::format("{}: annotation '{}' is not a string", what, text::printable(key.substr(0, 80))));
    out[key] = value.get<std::string>();
  }
  return out;
}

Descriptor Descriptor::from_json(const Json& object, std::string_view what) {
  const auto type = string_at(object, "mediaType", what);
  if (!type) throw Error(ErrorKind::input, fmt::format("{}: a descriptor without a media type", what));
  const auto digest = string_at(object, "digest", what);
  const auto size = unsigned_at(object, "size", what);
  if (!digest || !Digest::valid(*digest))
    throw Error(ErrorKind::input, fmt::format("{}: a descriptor without a valid digest", what));
  if (!size || *size > largest_size)
    throw Error(ErrorKind::input, fmt::format("{}: a descriptor without a valid size", what));
  Descriptor out{*type, Digest::parse(*digest), *size, {}, {}, {}, object};
  if (const auto platform = object.find("platform"); platform != object.end() && !platform->is_null()) {
    out.platform = Platform::from_json(*platform, what);
  }
  out.annotations = annotations_from_json(object, what);
  out.artifact_type = string_at(object, "artifactType", what).value_or("");
  return out;
}

Json Descriptor::to_json() const {
  Json out = extra;
  out["mediaType"] = media_type;
  out["digest"] = digest.str();
  out["size"] = size;
  if (!platform) {
    out.erase("platform");
  } else {
    auto& member = out["platform"];
    member.update(platform->to_json());
    if (platform->variant.empty()) member.erase("variant");
  }
  annotations.empty() ? (void)out.erase("annotations") : (void)(out["annotations"] = annotations);
  artifact_type.empty() ? (void)out.erase("artifactType") : (void)(out["artifactType"] = artifact_type);
  return out;
}

bool Descriptor::is_attestation() const {
  const auto type = annotations.find("vnd.docker.reference.type");
  return type != annotations.end() && type->second == "attestation-manifest";
}

std::optional<Digest> Descriptor::attests() const {
  const auto image = annotations.find("vnd.docker.reference.digest");
  if (!is_attestation() || image == annotations.end() || !Digest::valid(image->second)) return std::nullopt;
  return Digest::parse(image->second);
}

}  // namespace polyarch::oci
