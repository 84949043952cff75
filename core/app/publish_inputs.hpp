#pragma once
#include <optional>
#include <vector>

#include "oci/reference.hpp"
#include "publish/legs.hpp"
#include "spec/publish.hpp"

namespace polyarch::app {

// One source of `polyarch publish`: what it gives to the index, and what has to be where the tags are.
struct PublishInput {
  publish::Origin origin;
  std::vector<publish::Leg> legs;          // as they shall be published
  std::vector<oci::Descriptor> manifests;  // to copy, with all that they name
  std::vector<publish::Leg> annotated;     // whose manifests are new, and in no registry yet
  std::optional<oci::Index> base;          // where --append or --remove starts from an index, and this is it
};

// Reads every source, and with --append or --remove first of all what the first of `tags` names now; asks for all at
// once. Takes away and annotates what the options say. Throws Error{usage} when nothing is named, when a platform that
// shall go is not there, or when another tag would lose a platform.
std::vector<PublishInput> read_inputs(registry::Client& client, const spec::PublishOptions& options,
                                      const std::vector<oci::Reference>& tags);

}  // namespace polyarch::app
