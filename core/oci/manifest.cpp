#include "oci/manifest.hpp"

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace polyarch::oci {
namespace {

constexpr std::size_t largest_manifest = 4U << 20;
constexpr std::size_t largest_config = 8U << 20;

std::vector<Descriptor> descriptors_at(const Json& object, const char* key, std::string_view what) {
  const auto found = object.find(key);
  if (found == object.end() || !(found->is_array() || found->is_null()))
    throw Error(ErrorKind::input, fmt::format("{}: no array '{}'", what, key));
  std::vector<Descriptor> out;  // programs in Go write an empty list as null
  out.reserve(found->size());
  for (const auto& item : *found) out.push_back(Descriptor::from_json(item, what));
  return out;
}

// The declared media type, or `otherwise`. A document that can be read both as a manifest and as an index would mean
// one image to us and another to a client that trusts the Content-Type.
std::string media_type_of(const Json& object, std::string_view otherwise, bool (*fits)(std::string_view),
                          std::string_view what) {
  const auto type = string_at(object, "mediaType", what).value_or(std::string(otherwise));
  if (!fits(type)) {
    throw Error(ErrorKind::input,
                fmt::format("{}: '{}' is not the media type of an image {}", what, text::printable(type.substr(0, 160)),
                            otherwise == media_type::oci_index ? "index" : "manifest"));
  }
  if (object.contains("manifests") && (object.contains("layers") || object.contains("config"))) {
    throw Error(ErrorKind::input, fmt::format("{}: both an image manifest and an image index", what));
  }
  return type;
}

std::optional<Descriptor> subject_of(const Json& object, std::string_view what) {
  const auto found = object.find("subject");
  if (found == object.end() || found->is_null()) return std::nullopt;
  return Descriptor::from_json(*found, what);
}

Json to_json(const std::vector<Descriptor>& descriptors) {
  Json out = Json::array();
  for (const auto& descriptor : descriptors) out.push_back(descriptor.to_json());
  return out;
}

// The members that a manifest and an index share.
template <class T>
void dump_common(Json& out, const T& value) {
  out["schemaVersion"] = 2;
  out["mediaType"] = value.media_type;
  if (value.subject) out["subject"] = value.subject->to_json();
  if (!value.artifact_type.empty()) out["artifactType"] = value.artifact_type;
  if (!value.annotations.empty()) out["annotations"] = value.annotations;
}

}  // namespace

std::string manifest_media_type(std::string_view bytes, std::string_view content_type, std::string_view what) {
  const auto object = parse_json(bytes, what, largest_manifest);
  if (const auto declared = string_at(object, "mediaType", what)) return *declared;
  auto type = text::lower(text::trim(content_type.substr(0, content_type.find(';'))));
  if (media_type::is_index(type) || media_type::is_manifest(type)) return type;
  return std::string(object.contains("manifests") ? media_type::oci_index : media_type::oci_manifest);
}

Manifest Manifest::parse(std::string_view bytes, std::string_view what) {
  const auto object = parse_json(bytes, what, largest_manifest);
  Manifest out;
  out.media_type = media_type_of(object, media_type::oci_manifest, media_type::is_manifest, what);
  const auto config = object.find("config");
  if (config == object.end()) throw Error(ErrorKind::input, fmt::format("{}: no config", what));
  out.config = Descriptor::from_json(*config, what);
  out.layers = descriptors_at(object, "layers", what);
  out.subject = subject_of(object, what);
  out.artifact_type = string_at(object, "artifactType", what).value_or("");
  out.annotations = annotations_from_json(object, what);
  return out;
}

std::string Manifest::dump() const {
  Json out{{"config", config.to_json()}, {"layers", to_json(layers)}};
  dump_common(out, *this);
  return out.dump();
}

std::uint64_t Manifest::total_size() const {
  auto sum = config.size;
  for (const auto& layer : layers) sum += layer.size;
  return sum;
}

Index Index::parse(std::string_view bytes, std::string_view what) {
  auto object = parse_json(bytes, what, largest_manifest);
  Index out;
  out.media_type = media_type_of(object, media_type::oci_index, media_type::is_index, what);
  out.manifests = descriptors_at(object, "manifests", what);
  out.subject = subject_of(object, what);
  out.artifact_type = string_at(object, "artifactType", what).value_or("");
  out.annotations = annotations_from_json(object, what);
  out.extra = std::move(object);
  for (const auto* known : {"schemaVersion", "mediaType", "manifests", "subject", "artifactType", "annotations"})
    out.extra.erase(known);
  return out;
}

std::string Index::dump() const {
  auto out = extra;
  out["manifests"] = to_json(manifests);
  dump_common(out, *this);
  return out.dump();
}

ImageConfig ImageConfig::parse(std::string_view bytes, std::string_view what) {
  const auto object = parse_json(bytes, what, largest_config);
  return {Platform::from_json(object, what), string_at(object, "created", what).value_or("")};
}

}  // namespace polyarch::oci
