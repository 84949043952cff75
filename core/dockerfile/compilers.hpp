#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "dockerfile/shell.hpp"

namespace polyarch::dockerfile {

enum class Output {
  native,    // machine code of the platform that it is built on, unless told otherwise
  portable,  // the same for every platform: scripts, style sheets, Java classes
};

// A command that spends its time compiling.
struct Compile {
  std::string name;  // "go build"
  Output output = Output::native;
  std::string_view cure;  // how it makes code for another platform
};
std::optional<Compile> as_compile(const ShellCommand& command);

}  // namespace polyarch::dockerfile
