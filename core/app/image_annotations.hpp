#pragma once
#include <string>
#include <vector>

#include "oci/descriptor.hpp"

namespace polyarch::app {

// --annotation by the level that it is for: buildx's "[LEVEL[,LEVEL]:]KEY=VALUE", where a level may be narrowed to a
// platform, "manifest[linux/arm64]:KEY=VALUE".
struct ImageAnnotations {
  std::vector<std::string> manifest;  // as given: the builder sets them
  oci::Annotations index;
  oci::Annotations descriptor;  // of the entries in the index
};

// Without a level it is for the manifest. Throws Error{usage} on an unknown level or a missing "=".
ImageAnnotations split_annotations(const std::vector<std::string>& texts);

// The annotation with its level in front, which without one is "manifest:".
std::string with_level(const std::string& text);

}  // namespace polyarch::app
