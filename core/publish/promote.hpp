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

struct Promotion {
  Artifact artifact;
  std::vector<oci::Reference> tags;
};

// Moves tags, last of all: puts every artifact by digest into every repository that its tags name, and only when all of
// them are there moves the tags; one artifact in one repository goes under its tags without that. The tags of a
// repository go in one request where the registry can, else side by side. Their children must be there. Throws
// Error{publish} that names what was refused: when no tag moved, the repositories (Error{auth} when every refusal was
// that); else the tags that moved and those that did not.
void promote(registry::Client& client, const std::vector<Promotion>& promotions);
// The same of one artifact; returns its descriptor.
oci::Descriptor promote(registry::Client& client, const Artifact& artifact, const std::vector<oci::Reference>& tags);

}  // namespace polyarch::publish
