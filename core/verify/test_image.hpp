#pragma once
#include <string>

#include "buildkit/solve.hpp"

// Tests of one platform's image, run by BuildKit on the leg's own node.
namespace polyarch::verify {

// The image under test, as a BuildKit named context: exactly the bytes that will be published.
struct Image {
  std::string context;  // "docker-image://repo@sha256:…" or "oci-layout:///dir@sha256:…"
  oci::Platform platform;
};

// A Dockerfile that runs `command` in the image: a command in brackets is the exec form (["/app","--version"]), for
// images without a shell; anything else goes to the image's shell. Throws Error{usage} on an empty command and on one
// of several lines.
std::string test_dockerfile(const std::string& command);

// The solve that runs it. `directory` holds the test Dockerfile and nothing else. A test runs each time: its step is
// never taken from the cache. It has the network and the limits of `build`, and pushes nothing.
buildkit::Solve command_test(const buildkit::Solve& build, const Image& image, const std::string& directory);

// The solve that builds a stage of the Dockerfile that tests (--test-target).
buildkit::Solve stage_test(const buildkit::Solve& build, const oci::Platform& platform, const std::string& stage);

}  // namespace polyarch::verify
