#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/base_images.hpp"
#include "app/context.hpp"
#include "buildkit/builder.hpp"
#include "dockerfile/dockerfile.hpp"
#include "spec/build.hpp"

namespace polyarch::app {

// What a plan is computed from: all that had to be asked of the world, asked without changing it.
struct Facts {
  std::vector<oci::Platform> platforms;              // built here, normalised; never empty
  std::vector<oci::Platform> run_platforms;          // of all jobs of the run; the same when there is but one
  std::string dockerfile_path;                       // as it is passed on; empty: the context is not a local directory
  std::optional<dockerfile::Dockerfile> dockerfile;  // absent: it could not be read here, or is another language
  BaseImages base_images;                            // as far as the Dockerfile tells

  std::map<std::string, buildkit::Builder> builders;  // by the name given; "" is the current one
  bool containerd_store = false;                      // the local Engine keeps images of several platforms
  bool local_engine = true;                           // its containers run on this machine's kernel

  oci::Platform machine;             // what this machine runs without help
  std::set<oci::Platform> native;    // of the wanted: run without QEMU
  std::set<oci::Platform> emulated;  // of the wanted: run by an emulator that is registered and works
  ci::Host host;
  bool cache_read_only = false;  // the code is a fork's, or the login may not push to --cache REPOSITORY
  std::string run_id;
};

// Asks everything at once, in parallel. Throws the clear Error for what cannot work: an unknown platform, a missing or
// malformed Dockerfile, a base image without a wanted platform, a registry that refuses the push (unless `for_plan`),
// an unknown builder.
Facts gather_facts(const spec::BuildOptions& options, Context& context, const std::vector<std::string>& buildx,
                   bool for_plan);

// True for "tcp://…", "unix://…" and the like: an address of BuildKit, not the name of a builder.
bool is_endpoint(const std::string& builder);

}  // namespace polyarch::app
