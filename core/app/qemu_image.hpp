#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "binfmt/binfmt.hpp"
#include "registry/client.hpp"

namespace polyarch::app {

// Where the emulator of an architecture lies, by QEMU's name for it.
using Interpreters = std::map<std::string_view, std::filesystem::path>;

// Reads usr/bin/qemu-ARCH (or qemu-ARCH-static) of each architecture out of `image`, as it is for this machine, into
// `directory`. Throws Error{emulation} when the image is for other machines or lacks one.
Interpreters extract_interpreters(registry::Client& client, const oci::Reference& image, const oci::Platform& machine,
                                  const std::vector<binfmt::Architecture>& architectures,
                                  const std::filesystem::path& directory);

}  // namespace polyarch::app
