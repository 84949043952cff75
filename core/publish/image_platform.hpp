#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "oci/platform.hpp"

namespace polyarch::publish {

// The platform of an image, from what the index that names it says and what its config says. `what` names the image.
// What only one of them says counts. Throws Error{publish} when they differ, naming both, when neither says it, and
// when no machine is such a platform (darwin/s390x).
oci::Platform image_platform(const std::optional<oci::Platform>& declared, std::string_view config,
                             const std::string& what);

}  // namespace polyarch::publish
