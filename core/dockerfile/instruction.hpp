#pragma once
#include <string_view>

#include "dockerfile/dockerfile.hpp"

namespace polyarch::dockerfile {

// Name, flags and arguments of one joined line; line numbers and heredocs are the caller's.
Instruction split_instruction(std::string_view line, char escape);

}  // namespace polyarch::dockerfile
