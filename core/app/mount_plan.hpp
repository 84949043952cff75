#pragma once
#include <optional>
#include <string>
#include <vector>

#include "app/facts.hpp"
#include "cache/layers.hpp"
#include "oci/reference.hpp"
#include "report/run.hpp"

namespace polyarch::app {

struct BuilderPlan;
struct LegPlan;

// A cache mount whose content is kept between runs.
struct MountPlan {
  std::string id;
  std::string target;
  std::string owner;                     // as in dockerfile::CacheMount
  std::vector<oci::Platform> platforms;  // that its steps run on: each has a ref
  std::vector<oci::Platform> legs;       // that use it
};

// The mounts that one step on one node reaches.
struct MountJob {
  std::size_t builder = 0;  // in Plan::builders
  oci::Platform platform;   // leads to the node
  std::vector<MountPlan> mounts;
};

struct MountsPlan {
  std::optional<oci::Repository> repository;
  cache::LayerScope scope;
  std::vector<std::string> build_args;  // that tell the builder where it keeps cache mounts
  std::vector<MountJob> jobs;
  std::vector<report::Warning> warnings;
};

// Which cache mounts are kept, and where. Pure. Throws Error{usage} for an id that the Dockerfile lacks, and when
// mounts are named and there is no repository to keep them in.
MountsPlan plan_mounts(const spec::BuildOptions& options, const Facts& facts, const std::vector<BuilderPlan>& builders,
                       const std::vector<LegPlan>& legs, const std::optional<oci::Repository>& staging);

// The tags of a mount's snapshots: those that are written, and all that are read, best first.
std::vector<std::string> mount_tags(const MountPlan& mount, const cache::LayerScope& scope);
std::vector<std::string> mount_candidates(const MountPlan& mount, const cache::LayerScope& scope);

}  // namespace polyarch::app
