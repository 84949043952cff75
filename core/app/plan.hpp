#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/facts.hpp"
#include "app/image_names.hpp"
#include "app/mount_plan.hpp"
#include "app/push_targets.hpp"
#include "buildkit/builder.hpp"
#include "buildkit/solve.hpp"
#include "cache/layers.hpp"
#include "publish/record.hpp"
#include "report/run.hpp"

namespace polyarch::app {

// A builder that the run uses.
struct BuilderPlan {
  std::string name;  // empty: made up when it is created
  std::string driver;
  std::optional<buildkit::CreateOptions> create;  // set: we make it, and remove it at the end
  bool local = true;                              // runs on this machine's kernel
  bool one_node = true;
  std::optional<oci::Platform> machine;  // what it runs without help; nullopt: not known before it answers
  std::vector<buildkit::Node> nodes;     // of one that was there
};

struct LegPlan {
  oci::Platform platform;
  bool optional = false;
  bool emulated = false;
  std::size_t builder = 0;  // in Plan::builders
  std::vector<std::string> tests;
  std::vector<std::string> test_targets;
};

// One solve: the platforms that share a builder and all arguments.
struct SolvePlan {
  std::size_t builder = 0;
  std::vector<oci::Platform> platforms;
  buildkit::Solve solve;  // without builder and outputs, which are known when it runs
};

enum class PushWith { none, builder, engine };
std::string_view to_string(PushWith push);

// What a run will do.
struct Plan {
  std::string run_id;
  std::string context;
  std::string dockerfile;
  std::vector<BuilderPlan> builders;
  std::vector<oci::Platform> emulators;  // to be registered before anything else
  std::vector<LegPlan> legs;
  std::vector<SolvePlan> solves;
  PushWith push = PushWith::none;
  PushTargets targets;
  std::optional<ImageNames> names;         // that rules made
  std::optional<oci::Repository> staging;  // where the legs are pushed by digest
  bool insecure_staging = false;
  bool as_index = true;  // false: one platform, published as the bare image that buildx would push
  oci::Annotations index_annotations;
  oci::Annotations descriptor_annotations;
  std::optional<publish::RunPlan> joint;  // the run has legs in other jobs: this one publishes only as the last
  cache::LayerCache cache;
  MountsPlan mounts;
  bool load = false;
  std::vector<report::Warning> warnings;

  bool tested() const;
  // Images are kept in an OCI layout on disk: the engine pushes them, or tests them before they go anywhere.
  bool needs_layout() const { return push == PushWith::engine || (push == PushWith::none && tested()); }
  // Something is to be exported after the tests, by a second solve whose steps are all cached.
  bool exports_later() const { return (load || !targets.exports.empty()) && (push != PushWith::none || tested()); }
};

// Pure: the same options and facts, the same plan. Throws Error{usage} for options that cannot be had together.
Plan make_plan(const spec::BuildOptions& options, const Facts& facts);

// The solve that builds the legs, with its outputs; `layout`: the directory for its OCI layout.
buildkit::Solve staging_solve(const Plan& plan, const SolvePlan& solve, const std::string& builder,
                              const std::filesystem::path& layout);
// The solve that exports what was built and tested.
buildkit::Solve export_solve(const Plan& plan, const SolvePlan& solve, const std::string& builder);

std::string plan_table(const Plan& plan, bool color);
Json plan_json(const Plan& plan);

}  // namespace polyarch::app
