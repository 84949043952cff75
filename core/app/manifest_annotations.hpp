#pragma once
#include <optional>
#include <string>
#include <vector>

#include "oci/descriptor.hpp"
#include "oci/platform.hpp"

namespace polyarch::app {

// An annotation of the images' manifests, or of their entries in the index; of one platform alone, or of all.
struct ManifestAnnotation {
  std::optional<oci::Platform> platform;
  bool of_entry = false;
  std::string key;
  std::string value;
};

// From what split_annotations() leaves to a builder: "KEY=VALUE", "manifest:KEY=VALUE",
// "manifest[linux/arm64]:KEY=VALUE", "manifest-descriptor[linux/arm64]:KEY=VALUE". Throws Error{usage} on a platform
// that is none.
std::vector<ManifestAnnotation> manifest_annotations(const std::vector<std::string>& texts);

// Those that hold for `platform`.
oci::Annotations annotations_for(const std::vector<ManifestAnnotation>& all, const oci::Platform& platform,
                                 bool of_entry);

}  // namespace polyarch::app
