#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "oci/platform.hpp"
#include "oci/reference.hpp"
#include "spec/build.hpp"

namespace polyarch::app {

// Where the image goes, from --tag, --push and --output.
struct PushTargets {
  bool push = false;
  std::vector<oci::Reference> tags;                          // of the whole image
  std::map<oci::Platform, std::vector<oci::Reference>> own;  // --tag linux/arm64:REF: of one platform's image
  std::string attributes;  // ",compression=zstd,…": what an --output that pushes says of how the image is written
  std::vector<std::string> exports;  // outputs that push nothing, as given

  // Every repository that is pushed to; none without push.
  std::set<oci::Repository> repositories() const;
};

// `--output type=registry` and `type=image,push=true` are a push. Throws Error{usage}: a malformed reference, a tag
// with a digest, a push without a tag, a pushed tag of two images.
PushTargets push_targets(const spec::BuildOptions& options, const std::vector<oci::Platform>& platforms);

}  // namespace polyarch::app
