#include "publish/legs.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <functional>
#include <set>

#include "base/error.hpp"
#include "publish/graph.hpp"
#include "publish/image_platform.hpp"
#include "sys/parallel.hpp"

namespace polyarch::publish {
namespace {

bool is_image_config(std::string_view type) {
  return type == oci::media_type::oci_config || type == "application/vnd.docker.container.image.v1+json";
}

// Fills what the leg's own manifest and config tell.
void complete(Leg& leg, const std::optional<oci::Platform>& declared, Source& source) {
  const auto what = fmt::format("{} in {}", leg.manifest.digest.str(), leg.source);
  const auto manifest = oci::Manifest::parse(leg.bytes, what);
  const bool other = declared && !is_image_config(manifest.config.media_type);  // an artifact: its index knows best
  leg.platform = image_platform(declared, other ? "{}" : source.config(manifest.config), what);
}

bool is_nested(const oci::Descriptor& entry) {
  return oci::media_type::is_index(entry.media_type) && !entry.is_attestation();
}

// The entries of an index and, in place of the indexes among them, theirs. An index is opened once, however often it is
// named.
std::vector<oci::Descriptor> read_entries(const Origin& origin) {
  auto entries = oci::Index::parse(origin.bytes, origin.name).manifests;
  const GraphReader reader{.manifest = [&](const auto& entry) { return origin.source->manifest(entry); },
                           .done = [](const auto& entry) { return !is_nested(entry); }};
  std::set<Digest> known;
  for (const auto& node : read_graph(reader, entries, known))
    std::ranges::copy(node.manifests, std::back_inserter(entries));
  std::erase_if(entries, is_nested);
  return entries;
}

// The entries of an index as legs; attestations find their image by its digest.
std::vector<Leg> split(const Origin& origin) {
  const auto entries = read_entries(origin);
  std::vector<Leg> legs;
  for (const auto& entry : entries) {
    if (entry.is_attestation()) continue;
    if (!oci::media_type::is_manifest(entry.media_type)) {
      throw Error(ErrorKind::publish,
                  fmt::format("{}: {} is a '{}', not an image", origin.name, entry.digest.str(), entry.media_type));
    }
    legs.push_back({{}, entry, {}, origin.name});
  }
  std::vector<std::function<void()>> reads;
  for (auto& leg : legs) {
    reads.emplace_back([&leg, &origin] {
      leg.bytes = origin.source->manifest(leg.manifest);
      const auto& said = leg.manifest.platform;
      complete(leg, said && !said->unknown() ? said : std::nullopt, *origin.source);
    });
  }
  sys::run_parallel(reads, registry::parallel_requests);
  for (const auto& entry : entries) {
    if (!entry.is_attestation()) continue;
    const auto owner =
        std::ranges::find_if(legs, [&](const Leg& leg) { return leg.manifest.digest == entry.attests(); });
    if (owner != legs.end()) owner->attestations.push_back(entry);
  }
  return legs;
}

// Two legs of one platform: the second one's attestations go to the first when they are the same image.
void merge(Leg& first, const Leg& second) {
  if (first.manifest.digest == second.manifest.digest) {
    first.attestations.insert(first.attestations.end(), second.attestations.begin(), second.attestations.end());
    return;
  }
  throw Error(ErrorKind::publish,
              fmt::format("two images for {}: {} ({}) and {} ({})", first.platform.str(), first.source,
                          first.manifest.digest.str(), second.source, second.manifest.digest.str()),
              "leave one of them out");
}

// Orders by all that a descriptor says, so that no order of the sources can show in the index.
std::pair<Digest, std::string> rank(const oci::Descriptor& descriptor) {
  return {descriptor.digest, descriptor.to_json().dump()};
}

// In the order of platforms, each once.
std::vector<Leg> unite(std::vector<Leg> legs) {
  std::ranges::sort(legs, {}, [](const Leg& leg) { return std::pair(leg.platform, rank(leg.manifest)); });
  std::vector<Leg> out;
  for (auto& leg : legs) {
    if (!out.empty() && out.back().platform == leg.platform)
      merge(out.back(), leg);
    else
      out.push_back(std::move(leg));
  }
  for (auto& leg : out) {
    std::ranges::sort(leg.attestations, {}, rank);
    const auto twice = std::ranges::unique(leg.attestations, {}, &oci::Descriptor::digest);
    leg.attestations.erase(twice.begin(), twice.end());
  }
  return out;
}

void check_docker_list(const std::vector<Leg>& legs, const oci::Index& index, const IndexOptions& options) {
  const auto hint = "leave out --media-type docker: an OCI index holds them";
  if (!index.annotations.empty() || !options.descriptor_annotations.empty())
    throw Error(ErrorKind::publish, "a Docker manifest list has no annotations", hint);
  if (index.subject || !index.artifact_type.empty())
    throw Error(ErrorKind::publish, "a Docker manifest list has neither a subject nor an artifact type", hint);
  for (const auto& leg : legs) {
    if (leg.attestations.empty()) continue;
    throw Error(ErrorKind::publish,
                fmt::format("a Docker manifest list has no place for the attestations of {} ({})", leg.platform.str(),
                            leg.source),
                hint);
  }
}

}  // namespace

bool same_target(const oci::Platform& a, const oci::Platform& b) {
  return a.os == b.os && a.architecture == b.architecture && a.variant == b.variant;
}

std::vector<Leg> read_legs(const Origin& origin) {
  if (oci::media_type::is_index(origin.root.media_type)) return split(origin);
  Leg leg{{}, origin.root, {}, origin.name, origin.bytes};
  complete(leg, std::nullopt, *origin.source);
  return {std::move(leg)};
}

std::vector<Leg> read_legs(registry::Client& client, const oci::Reference& reference) {
  return read_legs(locate(client, reference.str()));
}

std::vector<Leg> read_legs(const oci::Layout& layout) {
  const std::string name = "the exported image";
  const auto& root = layout.root();
  // Without the annotations of the layout that it came in: they tell the time of the export.
  const oci::Descriptor image{.media_type = root.media_type, .digest = root.digest, .size = root.size};
  return read_legs({layout_source(layout, name), image, layout.read_blob(root), name, std::nullopt});
}

oci::Index assemble(std::vector<Leg> legs, const IndexOptions& options) {
  if (legs.empty()) throw Error(ErrorKind::publish, "there is no image to join into an index");
  legs = unite(std::move(legs));
  auto index = options.base;
  index.media_type = options.media_type;
  index.manifests.clear();
  for (const auto& [key, value] : options.annotations) index.annotations[key] = value;
  const bool docker = options.media_type == oci::media_type::docker_index;
  if (docker) check_docker_list(legs, index, options);
  for (auto& leg : legs) {
    leg.manifest.platform = leg.platform;
    if (docker) leg.manifest.annotations.clear();
    for (const auto& [key, value] : options.descriptor_annotations) leg.manifest.annotations[key] = value;
    index.manifests.push_back(leg.manifest);
  }
  for (const auto& leg : legs) std::ranges::copy(leg.attestations, std::back_inserter(index.manifests));
  return index;
}

}  // namespace polyarch::publish
