#pragma once
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "oci/manifest.hpp"

namespace polyarch::publish {

// A manifest, index or artifact, and what it names.
struct Node {
  oci::Descriptor descriptor;
  std::string bytes;
  bool done = false;                       // see GraphReader
  std::optional<Digest> subject;           // of a referrer
  std::vector<oci::Descriptor> manifests;  // of an index
  std::vector<oci::Descriptor> blobs;      // config and layers
};

// What `bytes` name. A type that is neither image, index nor artifact names nothing. Throws Error{input} when
// malformed.
Node read_node(const oci::Descriptor& descriptor, std::string bytes);

struct GraphReader {
  std::function<std::string(const oci::Descriptor&)> manifest;
  std::function<bool(const oci::Descriptor&)> done;  // nothing is left to do for it, nor for what it names
  bool below_done = false;                           // reads these too: their referrers may be another matter
};

// Every node that `roots` reach and that is not in `known`, each once, level by level, each level side by side; adds
// them to `known`. Throws Error{input} when there are more than 20 000, or more than 64 MiB of them.
std::vector<Node> read_graph(const GraphReader& reader, const std::vector<oci::Descriptor>& roots,
                             std::set<Digest>& known);

// The nodes in groups, children in an earlier group than whatever names them.
std::vector<std::vector<const Node*>> by_height(const std::vector<Node>& nodes);

}  // namespace polyarch::publish
