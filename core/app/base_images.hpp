#pragma once
#include <optional>
#include <string>
#include <vector>

#include "dockerfile/dockerfile.hpp"
#include "registry/client.hpp"
#include "spec/build.hpp"

namespace polyarch::app {

// Asks the registries whether the images that the build pulls have the platforms that it needs; throws Error{input}
// with "base image X has amd64, arm64; not riscv64" and the line. What cannot be asked from here is left to the
// builder.
void check_base_images(const spec::BuildOptions& options, const std::optional<dockerfile::Dockerfile>& file,
                       const std::string& filename, const std::vector<oci::Platform>& platforms,
                       const oci::Platform& machine, registry::Client& client);

}  // namespace polyarch::app
