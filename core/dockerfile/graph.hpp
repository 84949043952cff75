#pragma once
#include <optional>
#include <string>
#include <vector>

#include "dockerfile/dockerfile.hpp"

namespace polyarch::dockerfile {

// What one build is made for.
struct Request {
  std::string target;  // empty: the last stage
  oci::Platform platform;
  oci::Platform build_platform;
  Arguments build_args;
  std::vector<std::string> contexts;  // named contexts, lower case
};

// An image from outside the file.
struct ExternalImage {
  std::string reference;
  int line = 0;
};

struct StageFacts {
  bool needed = false;                    // by the target
  std::optional<std::size_t> base;        // FROM names this earlier stage
  std::optional<std::string> image;       // FROM names this image; neither: scratch, a named context, or unknown
  std::optional<oci::Platform> platform;  // that its commands run on; nullopt: unknown
  std::vector<std::size_t> copies_from;   // stages of COPY --from and RUN --mount=from=
  std::vector<ExternalImage> images;      // images of the same
};

// One entry a stage, in the order of the file.
std::vector<StageFacts> examine(const Dockerfile& file, const Request& request);

// The mounts of a RUN: the fields of each --mount flag, keys in lower case.
std::vector<Arguments> mounts_of(const Instruction& run);

}  // namespace polyarch::dockerfile
