#include "publish/legs.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <map>

#include "base/error.hpp"

namespace polyarch::publish {
namespace {

// Where manifests and configs are read from, by their descriptor.
struct Reader {
  std::string name;
  std::function<std::string(const oci::Descriptor&)> manifest;
  std::function<std::string(const oci::Descriptor&)> blob;
};

oci::Platform config_platform(const Reader& reader, const oci::Descriptor& image, std::string_view bytes) {
  const auto manifest = oci::Manifest::parse(bytes, reader.name);
  const auto platform = oci::ImageConfig::parse(reader.blob(manifest.config), "config of " + reader.name).platform;
  if (!platform.os.empty() && !platform.architecture.empty() && !platform.unknown()) return platform;
  throw Error(ErrorKind::publish, fmt::format("{}: {} is not an image of a platform", reader.name, image.digest.str()),
              "only images can be joined; charts, signatures and other artifacts cannot");
}

// The entries of an index as legs; attestations find their image by its digest.
std::vector<Leg> split(const oci::Index& index, const Reader& reader) {
  std::vector<Leg> legs;
  for (const auto& entry : index.manifests) {
    if (entry.is_attestation()) continue;
    if (!oci::media_type::is_manifest(entry.media_type)) {
      throw Error(ErrorKind::publish,
                  fmt::format("{}: {} is a '{}', not an image", reader.name, entry.digest.str(), entry.media_type));
    }
    const bool said = entry.platform && !entry.platform->unknown();
    const auto platform = said ? *entry.platform : config_platform(reader, entry, reader.manifest(entry));
    legs.push_back({platform, entry, {}, reader.name});
  }
  for (const auto& entry : index.manifests) {
    if (!entry.is_attestation()) continue;
    const auto owner =
        std::ranges::find_if(legs, [&](const Leg& leg) { return leg.manifest.digest == entry.attests(); });
    if (owner != legs.end()) owner->attestations.push_back(entry);
  }
  return legs;
}

std::vector<Leg> read(const Reader& reader, const oci::Descriptor& root, const std::string& bytes) {
  if (oci::media_type::is_index(root.media_type)) return split(oci::Index::parse(bytes, reader.name), reader);
  // Without the annotations of the layout that it came in: they tell the time of the export.
  const oci::Descriptor image{.media_type = root.media_type, .digest = root.digest, .size = root.size};
  return {{config_platform(reader, root, bytes), image, {}, reader.name}};
}

}  // namespace

bool same_target(const oci::Platform& a, const oci::Platform& b) {
  return a.os == b.os && a.architecture == b.architecture && a.variant == b.variant;
}

std::vector<Leg> read_legs(registry::Client& client, const oci::Reference& reference) {
  const Reader reader{
      reference.str(),
      [&](const oci::Descriptor& entry) { return client.need_manifest(reference.with(entry.digest)).bytes; },
      [&](const oci::Descriptor& blob) { return client.get_blob(reference.repository, blob); }};
  const auto content = client.need_manifest(reference);
  return read(reader, content.descriptor, content.bytes);
}

std::vector<Leg> read_legs(const oci::Layout& layout) {
  const auto load = [&layout](const oci::Descriptor& descriptor) { return layout.read_blob(descriptor); };
  const auto& root = layout.root();
  return read({"the exported image", load, load}, root, load(root));
}

oci::Index assemble(std::vector<Leg> legs, const IndexOptions& options) {
  if (legs.empty()) throw Error(ErrorKind::publish, "there is no image to join into an index");
  std::ranges::sort(legs, {}, &Leg::platform);
  const auto twice = std::ranges::adjacent_find(legs, {}, &Leg::platform);
  if (twice != legs.end()) {
    throw Error(
        ErrorKind::publish,
        fmt::format("two images for {}: {} ({}) and {} ({})", twice->platform.str(), twice->source,
                    twice->manifest.digest.str(), std::next(twice)->source, std::next(twice)->manifest.digest.str()),
        "leave one of them out");
  }
  oci::Index index;
  index.annotations = options.annotations;
  for (auto& leg : legs) {
    leg.manifest.platform = leg.platform;
    for (const auto& [key, value] : options.descriptor_annotations) leg.manifest.annotations[key] = value;
    index.manifests.push_back(leg.manifest);
  }
  for (auto& leg : legs) {
    std::ranges::sort(leg.attestations, {}, &oci::Descriptor::digest);
    std::ranges::copy(leg.attestations, std::back_inserter(index.manifests));
  }
  return index;
}

}  // namespace polyarch::publish
