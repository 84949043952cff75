#pragma once
#include <string>
#include <vector>

namespace polyarch::cli {

// The whole engine: reads the arguments (without the program's name), runs the command, tells of its failure. The exit
// code comes back; nothing is thrown.
int run(const std::vector<std::string>& arguments);

}  // namespace polyarch::cli
