#pragma once
#include <vector>

#include "oci/reference.hpp"
#include "publish/legs.hpp"
#include "publish/promote.hpp"

namespace polyarch::app {

// For each leg its image under every tag with the platform behind it: "v1.0" → "v1.0-amd64", "v1.0-arm-v7", and
// "v1.0-windows-amd64" where the system is another than linux. Throws Error{usage} when a tag gets too long, or when
// two legs, or a leg and `tags`, would have one.
std::vector<publish::Promotion> platform_tags(const std::vector<publish::Leg>& legs,
                                              const std::vector<oci::Reference>& tags);

}  // namespace polyarch::app
