#pragma once
#include "app/facts.hpp"
#include "spec/build.hpp"

namespace polyarch::testing {

inline oci::Platform platform(const char* name) {
  return oci::Platform::parse(name);
}

// An amd64 machine that runs 386 itself and arm64 by an emulator; it has no builder but the Engine's own.
inline app::Facts sample_facts(const std::vector<std::string>& platforms) {
  app::Facts facts;
  facts.platforms = oci::parse_platforms(platforms);
  facts.run_platforms = facts.platforms;
  facts.dockerfile_path = "src/Dockerfile";
  facts.builders[""] = {.name = "default", .driver = "docker"};
  facts.machine = platform("linux/amd64");
  facts.native = {platform("linux/amd64"), platform("linux/386")};
  facts.emulated = {platform("linux/arm64")};
  facts.host.branch = "topic";
  facts.host.default_branch = "main";
  facts.run_id = "run-1";
  return facts;
}

inline buildkit::Builder container_builder(const std::string& name) {
  return {.name = name, .driver = "docker-container"};
}

inline spec::BuildOptions push_options(const std::vector<std::string>& tags = {"r.example/app:1"}) {
  spec::BuildOptions options;
  options.context = "src";
  options.tags = tags;
  options.push = true;
  return options;
}

}  // namespace polyarch::testing
