#pragma once
#include <string>
#include <vector>

#include "oci/reference.hpp"

namespace polyarch::app {

// What a --tag names. Throws Error{usage}: malformed, or with a digest.
oci::Reference parse_tag(const std::string& text);
// The same of several, each once.
std::vector<oci::Reference> parse_tags(const std::vector<std::string>& texts);

}  // namespace polyarch::app
