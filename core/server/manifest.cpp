#include "server/manifest.hpp"

#include <algorithm>
#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "oci/descriptor.hpp"

namespace polyarch::server {
namespace {

constexpr std::string_view the_manifest = "the manifest";

[[noreturn]] void invalid(const std::string& why) {
  throw Error(ErrorKind::input, fmt::format("{} {}", the_manifest, why));
}

// RFC 6838, "Naming Requirements". What passes is safe in a header.
bool valid_media_type(std::string_view type) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$&-^_.+").find(c) != std::string_view::npos;
  };
  const auto parts = text::cut(type, '/');
  return parts && type.size() <= 255 && !parts->first.empty() && !parts->second.empty() &&
         std::ranges::all_of(parts->first, allowed) && std::ranges::all_of(parts->second, allowed);
}

// Layers that the image names but that registries need not hold.
bool non_distributable(std::string_view type) {
  return type.starts_with("application/vnd.oci.image.layer.nondistributable.") ||
         type.starts_with("application/vnd.docker.image.rootfs.foreign.");
}

std::string member(const Json& object, const char* key) {
  return object.is_object() ? string_at(object, key, the_manifest).value_or("") : "";
}

Digest named_digest(const Json& descriptor, const char* place) {
  const auto digest = member(descriptor, "digest");
  if (!Digest::valid(digest)) invalid(fmt::format("has no valid digest in \"{}\"", place));
  return Digest::parse(digest);
}

// Programs in Go write an empty list as null.
const Json& array_at(const Json& manifest, const char* key) {
  const auto found = manifest.find(key);
  if (found == manifest.end() || !(found->is_array() || found->is_null()))
    invalid(fmt::format("has no array \"{}\"", key));
  return *found;
}

void read_image(const Json& manifest, ManifestFacts& facts) {
  if (!manifest.contains("config")) invalid("has no \"config\"");
  const auto& config = manifest.at("config");
  facts.blobs.push_back(named_digest(config, "config"));
  for (const auto& layer : array_at(manifest, "layers")) {
    const auto digest = named_digest(layer, "layers");
    if (!non_distributable(member(layer, "mediaType"))) facts.blobs.push_back(digest);
  }
  if (facts.artifact_type.empty()) facts.artifact_type = member(config, "mediaType");
}

void read_index(const Json& manifest, ManifestFacts& facts) {
  for (const auto& child : array_at(manifest, "manifests")) facts.manifests.push_back(named_digest(child, "manifests"));
}

// The members that are strings: one of another kind would spoil the whole list of referrers.
Json strings_at(const Json& manifest, const char* key) {
  auto out = Json::object();
  const auto found = manifest.find(key);
  if (found == manifest.end() || !found->is_object()) return out;
  for (const auto& [name, value] : found->items()) {
    if (value.is_string()) out[name] = value;
  }
  return out;
}

// The type that the header and the manifest agree on, or that its members tell when neither names one.
std::string type_of(const Json& manifest, std::string_view content_type) {
  const auto header = std::string(text::trim(content_type.substr(0, content_type.find(';'))));
  const auto declared = member(manifest, "mediaType");
  if (!header.empty() && !declared.empty() && header != declared) {
    invalid(fmt::format("says mediaType {} and was sent as {}", text::printable(declared), text::printable(header)));
  }
  if (!header.empty() || !declared.empty()) return header.empty() ? declared : header;
  if (manifest.contains("manifests")) return std::string(oci::media_type::oci_index);
  if (manifest.contains("config")) return std::string(oci::media_type::oci_manifest);
  return "";
}

// Not JSON is fine for a type that we do not know.
Json parse(std::string_view bytes, std::string_view content_type) {
  const auto type = text::trim(content_type.substr(0, content_type.find(';')));
  const bool known = type.empty() || oci::media_type::is_index(type) || oci::media_type::is_manifest(type);
  try {
    return parse_json(bytes, the_manifest, bytes.size());
  } catch (const Error&) {
    if (known) throw;
    return {};
  }
}

}  // namespace

Json ManifestFacts::referrer(const Digest& digest, std::uint64_t size) const {
  Json descriptor{{"mediaType", media_type}, {"digest", digest.str()}, {"size", size}};
  if (!artifact_type.empty()) descriptor["artifactType"] = artifact_type;
  if (!annotations.empty()) descriptor["annotations"] = annotations;
  return descriptor;
}

ManifestFacts read_manifest(std::string_view bytes, std::string_view content_type) {
  const auto manifest = parse(bytes, content_type);
  ManifestFacts facts;
  facts.media_type = type_of(manifest, content_type);
  if (!valid_media_type(facts.media_type)) invalid("has no valid media type: send a Content-Type");
  facts.artifact_type = member(manifest, "artifactType");
  const bool index = oci::media_type::is_index(facts.media_type);
  const bool image = oci::media_type::is_manifest(facts.media_type);
  if (index || image) {
    if (!manifest.is_object() || unsigned_at(manifest, "schemaVersion", the_manifest) != 2) {
      invalid("is not of schemaVersion 2");
    }
    index ? read_index(manifest, facts) : read_image(manifest, facts);
  }
  if (!manifest.is_object()) return facts;
  if (const auto subject = manifest.find("subject"); subject != manifest.end() && !subject->is_null()) {
    facts.subject = named_digest(*subject, "subject");
  }
  facts.annotations = strings_at(manifest, "annotations");
  return facts;
}

}  // namespace polyarch::server
