#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "oci/platform.hpp"

namespace polyarch::buildkit {

// What the name of a vertex tells: "[linux/amd64->arm64 build 2/4] RUN make".
struct StepName {
  std::optional<oci::Platform> runs_on;  // linux/amd64; nullopt: the name has none
  std::optional<oci::Platform> target;   // linux/arm64; the same as runs_on when nothing is cross-compiled
  std::string stage;                     // "build"; empty in an unnamed only stage
  int index = 0;                         // 2
  int total = 0;                         // 4; 0: not an instruction of the Dockerfile
  bool internal = false;                 // work that no one wrote down: "[internal] load build context"
  std::string text;                      // "RUN make"

  bool runs_command() const { return text.starts_with("RUN "); }
};

// Never fails: what does not look like a step of a Dockerfile is all text.
StepName parse_step_name(std::string_view name);

}  // namespace polyarch::buildkit
