#include "publish/graph.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <map>

#include "base/error.hpp"
#include "registry/client.hpp"
#include "sys/parallel.hpp"

namespace polyarch::publish {
namespace {

constexpr std::size_t most_nodes = 20'000;
constexpr std::size_t most_bytes = 64U << 20;

Node fetch(const GraphReader& reader, const oci::Descriptor& descriptor) {
  const bool done = reader.done(descriptor);
  if (done && !reader.below_done) return {.descriptor = descriptor, .done = true};
  auto node = read_node(descriptor, reader.manifest(descriptor));
  node.done = done;
  return node;
}

std::vector<Node> fetch_level(const GraphReader& reader, const std::vector<oci::Descriptor>& level) {
  std::vector<Node> nodes(level.size());
  std::vector<std::function<void()>> fetches;
  for (std::size_t i = 0; i < level.size(); ++i) fetches.emplace_back([&, i] { nodes[i] = fetch(reader, level[i]); });
  sys::run_parallel(fetches, registry::parallel_requests);
  return nodes;
}

std::size_t height(const Digest& digest, const std::map<Digest, const Node*>& nodes,
                   std::map<Digest, std::size_t>& heights) {
  const auto node = nodes.find(digest);
  if (node == nodes.end()) return 0;
  const auto [known, fresh] = heights.emplace(digest, 0);
  if (!fresh) return known->second;
  std::size_t highest = 0;
  for (const auto& child : node->second->manifests)
    highest = std::max(highest, height(child.digest, nodes, heights) + 1);
  return heights[digest] = highest;
}

void read_artifact(Node& node, const std::string& what) {
  const auto manifest = parse_json(node.bytes, what);
  if (!manifest.is_object()) throw Error(ErrorKind::input, fmt::format("{}: not a JSON object", what));
  if (const auto blobs = manifest.find("blobs"); blobs != manifest.end() && blobs->is_array())
    for (const auto& blob : *blobs) node.blobs.push_back(oci::Descriptor::from_json(blob, what));
  const auto subject = manifest.find("subject");
  if (subject != manifest.end() && !subject->is_null())
    node.subject = oci::Descriptor::from_json(*subject, what).digest;
}

}  // namespace

Node read_node(const oci::Descriptor& descriptor, std::string bytes) {
  const auto what = "manifest " + descriptor.digest.str();
  Node node{.descriptor = descriptor, .bytes = std::move(bytes)};
  if (oci::media_type::is_index(descriptor.media_type)) {
    auto index = oci::Index::parse(node.bytes, what);
    node.manifests = std::move(index.manifests);
    if (index.subject) node.subject = index.subject->digest;
  } else if (oci::media_type::is_manifest(descriptor.media_type)) {
    auto manifest = oci::Manifest::parse(node.bytes, what);
    node.blobs = std::move(manifest.layers);
    node.blobs.push_back(std::move(manifest.config));
    if (manifest.subject) node.subject = manifest.subject->digest;
  } else if (descriptor.media_type == oci::media_type::oci_artifact) {
    read_artifact(node, what);
  }
  return node;
}

std::vector<Node> read_graph(const GraphReader& reader, const std::vector<oci::Descriptor>& roots,
                             std::set<Digest>& known) {
  std::vector<Node> all;
  std::size_t bytes = 0;
  auto frontier = roots;
  while (!frontier.empty()) {
    std::vector<oci::Descriptor> level;
    for (const auto& descriptor : frontier)
      if (known.insert(descriptor.digest).second) level.push_back(descriptor);
    frontier.clear();
    if (all.size() + level.size() > most_nodes)
      throw Error(ErrorKind::input, fmt::format("more than {} manifests hang together", most_nodes));
    for (auto& node : fetch_level(reader, level)) {
      bytes += node.bytes.size();
      if (bytes > most_bytes) throw Error(ErrorKind::input, "more than 64 MiB of manifests hang together");
      frontier.insert(frontier.end(), node.manifests.begin(), node.manifests.end());
      all.push_back(std::move(node));
    }
  }
  return all;
}

std::vector<std::vector<const Node*>> by_height(const std::vector<Node>& nodes) {
  std::map<Digest, const Node*> by_digest;
  for (const auto& node : nodes) by_digest[node.descriptor.digest] = &node;
  std::map<Digest, std::size_t> heights;
  std::vector<std::vector<const Node*>> groups;
  for (const auto& node : nodes) {
    const auto at = height(node.descriptor.digest, by_digest, heights);
    if (groups.size() <= at) groups.resize(at + 1);
    groups[at].push_back(&node);
  }
  return groups;
}

}  // namespace polyarch::publish
