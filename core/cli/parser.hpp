#pragma once
#include <string>
#include <variant>
#include <vector>

#include "cli/invocation.hpp"
#include "spec/environment.hpp"

namespace polyarch::cli {

// A text to print instead of doing anything: --help.
struct Help {
  std::string text;
};

// Reads arguments (without the program's name) and surroundings: a flag goes before the environment, which goes before
// the default. Throws Error{usage} with the nearest name for an unknown one.
std::variant<Invocation, Help> parse(std::vector<std::string> arguments, const spec::Surroundings& surroundings);

}  // namespace polyarch::cli
