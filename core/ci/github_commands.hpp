#pragma once
#include <string>
#include <string_view>

#include "ci/annotation.hpp"

// What a GitHub runner reads in the log of a step and in the files that it names.
namespace polyarch::ci {

std::string github_annotation(const Annotation& annotation);
std::string github_mask(std::string_view secret);
// An entry of the file of outputs, for values of any number of lines.
std::string github_output(std::string_view name, std::string_view value);

}  // namespace polyarch::ci
