#pragma once
#include <functional>
#include <map>
#include <string_view>
#include <vector>

#include "publish/legs.hpp"
#include "publish/promote.hpp"

namespace polyarch::publish {

// What is published: legs that stand in one repository, and the tags that shall name them.
struct Release {
  oci::Repository staging;
  std::vector<Leg> legs;
  std::vector<oci::Reference> tags;                               // of the whole image; never empty
  std::map<oci::Platform, std::vector<oci::Reference>> own_tags;  // of one platform's image
  IndexOptions annotations;
  bool as_index = true;  // false: the one leg is published as it is, unless attestations travel with it
};

// What the tags of the whole will name. Throws Error{publish} when there is no leg, and what assemble throws.
Artifact whole_artifact(registry::Client& client, const Release& release);

// Copies the legs to the repositories of all tags, joins them, and moves the tags, last of all. `phase` hears what is
// going on. Returns the descriptor that the tags name. Throws what transfer, assemble and promote throw; a tag never
// names less than the whole.
oci::Descriptor publish(registry::Client& client, const Release& release,
                        const std::function<void(std::string_view)>& phase);

}  // namespace polyarch::publish
