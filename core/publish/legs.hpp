#pragma once
#include <string>
#include <vector>

#include "oci/layout.hpp"
#include "oci/manifest.hpp"
#include "registry/client.hpp"

namespace polyarch::publish {

// One platform's image with what belongs to it.
struct Leg {
  oci::Platform platform;
  oci::Descriptor manifest;
  std::vector<oci::Descriptor> attestations;  // of BuildKit: they travel with their image
  std::string source;                         // where it came from, for messages
};

// The same but for the version of the operating system, which an image may name and a user does not.
bool same_target(const oci::Platform& a, const oci::Platform& b);

// The legs of what `reference` names: the entries of an index, or the one image, whose platform is then read from its
// config. Entries of an index that are neither an image nor an attestation of one are refused: Error{publish}.
std::vector<Leg> read_legs(registry::Client& client, const oci::Reference& reference);

// The same of the one image or index that a layout holds.
std::vector<Leg> read_legs(const oci::Layout& layout);

struct IndexOptions {
  oci::Annotations annotations;             // of the index
  oci::Annotations descriptor_annotations;  // of each image's entry
};

// Joins legs into an index: a pure function, the same for every order of `legs`. Throws Error{publish} on no legs, and
// on two legs of one platform, naming both sources.
oci::Index assemble(std::vector<Leg> legs, const IndexOptions& options);

}  // namespace polyarch::publish
