#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dockerfile/dockerfile.hpp"
#include "registry/client.hpp"
#include "spec/build.hpp"

namespace polyarch::app {

// The images that the build pulls, by reference, and for which platforms.
using BaseImages = std::map<std::string, std::vector<dockerfile::BaseImage>>;
BaseImages find_base_images(const spec::BuildOptions& options, const std::optional<dockerfile::Dockerfile>& file,
                            const std::vector<oci::Platform>& platforms, const oci::Platform& machine);

// Asks the registries whether the images have the platforms that are needed; throws Error{input} with "base image X has
// amd64, arm64; not riscv64" and the line. What cannot be asked from here is left to the builder. A platform among
// `optional` may be missing.
void check_base_images(const BaseImages& images, const std::vector<oci::Platform>& optional,
                       const std::string& filename, registry::Client& client);

}  // namespace polyarch::app
