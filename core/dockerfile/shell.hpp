#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "dockerfile/dockerfile.hpp"

namespace polyarch::dockerfile {

// One command of a script: its words without quotes, from the program on (assignments, "sudo" and the like are left
// out).
using ShellCommand = std::vector<std::string>;

// The commands that a RUN runs, wherever they stand: behind &&, in loops, in subshells, in `sh -c '…'`, in a heredoc.
// Nothing is expanded.
std::vector<ShellCommand> commands_of(const Instruction& run);

}  // namespace polyarch::dockerfile
