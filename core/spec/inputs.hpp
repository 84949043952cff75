#pragma once
#include <string>
#include <vector>

#include "spec/option.hpp"

namespace polyarch::spec {

// The options of `polyarch build` that the CI wrappers offer as inputs.
std::vector<Option> ci_inputs();

// The help of an option as a sentence of its own, with choices and default.
std::string sentence(const Option& option);

// `text` as a YAML scalar on one line.
std::string yaml_quoted(std::string_view text);

}  // namespace polyarch::spec
