#pragma once
#include <string_view>
#include <vector>

#include "registry/client.hpp"

namespace polyarch::publish {

// What the tags shall name: an index or, for an image of one platform, its manifest.
struct Artifact {
  std::string media_type;
  std::string bytes;
};

// Moves tags, last of all: puts the artifact by digest into every repository that `tags` name, and only when all of
// them have it moves the tags. Its children must be there. Throws Error{publish} that names what was refused: when no
// tag moved, the repositories; else the tags that moved and those that did not. Returns the artifact's descriptor.
oci::Descriptor promote(registry::Client& client, const Artifact& artifact, const std::vector<oci::Reference>& tags);

}  // namespace polyarch::publish
