#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "dockerfile/dockerfile.hpp"

namespace polyarch::dockerfile {

// `text` with $NAME, ${NAME}, ${NAME:-word} and ${NAME:+word} (also without the colon) replaced and quotes taken out.
// nullopt when that cannot be told: a name that is not set, or another form of substitution.
std::optional<std::string> expand(std::string_view text, const Arguments& values, char escape);

// What FROM may use: the platform arguments, the ARGs before the first FROM, and the build arguments declared by them.
Arguments global_arguments(const Dockerfile& file, std::string_view target, const oci::Platform& platform,
                           const oci::Platform& build_platform, const Arguments& build_args);

}  // namespace polyarch::dockerfile
