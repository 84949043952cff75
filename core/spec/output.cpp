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
      Output{"name", "Name of the builder; it is still there when keep-state is true, or when it was there before"},
      Output{"driver", "Kind of the builder"},
      Output{"platforms", "Platforms that the builder takes, with commas between them"},
      Output{"nodes",
             "Nodes of the builder: name, endpoint, status, buildkit, buildkitd-flags, driver-opts, platforms, as JSON "
             "on one line"},
      Output{"endpoint", "Endpoint of the builder's first node"},
      Output{"status", "Status of the builder's first node, at the end of the build"},
      Output{"flags", "Flags that the BuildKit daemon of the builder's first node was started with"},
      Output{"matrix",
             "Of a dry run: the platforms and their runners as JSON, as `strategy.matrix` of GitHub takes it"},
      Output{"version", "Of the tags that rules made, the first: the version of the image"},
      Output{"tags", "Tags that rules made, with commas between them"},
      Output{"tag-names", "The same without their repositories"},
      Output{"labels", "Labels of all platforms, with those that rules made, one a line"},
      Output{"annotations", "Annotations, with those that rules made, `LEVEL:KEY=VALUE` a line"},
      Output{"json", "Version, tags, names of tags, labels and annotations, as JSON on one line"},
  };
  return all;
}

}  // namespace polyarch::spec
