#include "verify/test_image.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

namespace polyarch::verify {
namespace {

constexpr const char* image_name = "polyarch-image";
constexpr const char* no_output = "type=cacheonly";

}  // namespace

std::string test_dockerfile(const std::string& command) {
  if (text::trim(command).empty())
    throw Error(ErrorKind::usage, "a test command is empty", "write --test 'app --version'");
  if (command.find_first_of("\r\n") != std::string::npos) {
    throw Error(ErrorKind::usage, "a test command has several lines",
                "put the script into the image's test stage: --test-target");
  }
  return std::string("FROM ") + image_name + "\nRUN " + command + "\n";
}

buildkit::Solve command_test(const buildkit::Solve& build, const Image& image, const std::string& directory) {
  buildkit::Solve out;
  out.builder = build.builder;
  out.platforms = {image.platform};
  out.context = directory;
  out.outputs = {no_output};
  out.build_contexts = {std::string(image_name) + "=" + image.context};
  out.network = build.network;
  out.add_hosts = build.add_hosts;
  out.allow = build.allow;
  out.ulimits = build.ulimits;
  out.shm_size = build.shm_size;
  out.cgroup_parent = build.cgroup_parent;
  out.provenance = "false";
  out.no_cache = true;
  return out;
}

buildkit::Solve stage_test(const buildkit::Solve& build, const oci::Platform& platform, const std::string& stage) {
  auto out = build;
  out.platforms = {platform};
  out.target = stage;
  out.outputs = {no_output};
  out.cache_to.clear();
  out.tags.clear();
  out.annotations.clear();
  out.attests.clear();
  out.sbom.clear();
  out.provenance = "false";
  out.no_cache = false;  // what it stands on was just built; building it twice could test other bytes
  out.no_cache_filters = {stage};
  out.pull = false;
  out.load = false;
  return out;
}

}  // namespace polyarch::verify
