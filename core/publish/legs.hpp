#pragma once
#include <string>
#include <vector>

#include "oci/layout.hpp"
#include "oci/manifest.hpp"
#include "publish/source.hpp"
#include "registry/client.hpp"

namespace polyarch::publish {

// One platform's image with what belongs to it.
struct Leg {
  oci::Platform platform;
  oci::Descriptor manifest;
  std::vector<oci::Descriptor> attestations;  // of BuildKit: they travel with their image
  std::string source;                         // where it came from, for messages
  std::string bytes = {};                     // of the manifest
};

// The same but for the version of the operating system, which an image may name and a user does not.
bool same_target(const oci::Platform& a, const oci::Platform& b);

// The legs of an image or index: the entries of an index and of the indexes within it, or the one image. Its platform
// is what the index says, or what its config says where the index does not. Throws Error{publish} when both say it and
// differ, when the platform is one that cannot be, and on entries of an index that are neither an index, an image nor
// an attestation of one; Error{input} when there are more entries than read_graph takes. Reads side by side.
std::vector<Leg> read_legs(const Origin& origin);
std::vector<Leg> read_legs(registry::Client& client, const oci::Reference& reference);
// The same of the one image or index that a layout holds.
std::vector<Leg> read_legs(const oci::Layout& layout);

struct IndexOptions {
  oci::Annotations annotations;             // of the index
  oci::Annotations descriptor_annotations;  // of each image's entry
  std::string media_type = std::string(oci::media_type::oci_index);
  oci::Index base = {};  // that is changed: what it says beside its type and its entries is kept
};

// Joins legs into an index: a pure function, the same for every order of `legs`. The same image twice counts once.
// Throws Error{publish} on no legs, on two images of one platform, naming both sources, and when a Docker manifest list
// cannot hold what it is asked to: annotations, attestations, a subject and an artifact type.
oci::Index assemble(std::vector<Leg> legs, const IndexOptions& options);

}  // namespace polyarch::publish
