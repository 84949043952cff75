#pragma once
#include <string_view>

#include "dockerfile/dockerfile.hpp"

namespace polyarch::app {

// The line of the instruction that BuildKit shows as "[linux/arm64 build 2/4] RUN make"; 0 when it is not found.
int step_line(const dockerfile::Dockerfile& file, std::string_view step_name);

}  // namespace polyarch::app
