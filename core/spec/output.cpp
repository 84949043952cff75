#include "spec/output.hpp"

#include <array>

namespace polyarch::spec {

std::span<const Output> outputs() {
  static constexpr std::array all{
      Output{"imageid", "ID of the image: the digest of its config, or of its index when it has several platforms"},
      Output{"digest", "Digest of the published image"},
      Output{"metadata", "Metadata of the build, as JSON on one line"},
      Output{"reference",
             "First tag with the digest, `registry/repository:tag@sha256:…`: the exact bytes, for later steps"},
      Output{"report", "Path of report.json"},
  };
  return all;
}

}  // namespace polyarch::spec
