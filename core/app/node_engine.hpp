#pragma once
#include <filesystem>

#include "oci/platform.hpp"

namespace polyarch::app {

// An engine that runs on a machine of that platform without anything else: this very program when it is of that
// architecture and static, else "polyarch-linux-ARCH" beside it. Throws Error{emulation} that names what is missing.
std::filesystem::path node_engine(const oci::Platform& machine);

}  // namespace polyarch::app
