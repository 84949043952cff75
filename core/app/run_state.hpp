#pragma once
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "app/builder_outputs.hpp"
#include "app/display.hpp"
#include "app/docker_config.hpp"
#include "app/plan.hpp"
#include "app/registries.hpp"
#include "base/error.hpp"
#include "publish/legs.hpp"
#include "report/run.hpp"

namespace polyarch::app {

// What a solve left: its legs' images, or why there are none.
struct SolveOutcome {
  const SolvePlan* plan = nullptr;
  std::string builder;
  std::optional<oci::Descriptor> image;  // what the solve made: an index or a manifest
  std::filesystem::path layout;          // when it was exported to disk
  std::vector<publish::Leg> legs;        // when it was pushed or exported
  Json metadata = Json::object();
  std::optional<Error> error;
};

// What the phases of one run share.
struct RunState {
  const spec::BuildOptions& options;
  const Plan& plan;
  const std::optional<dockerfile::Dockerfile>& dockerfile;
  Context& context;
  Registries& registries;
  const std::vector<std::string>& buildx;
  std::map<std::string, std::string> environment;  // of buildx
  Display& display;
  report::Run& report;                           // guarded by mutex while solves run
  std::vector<buildkit::Builder> builders = {};  // once all is done
  std::mutex mutex;

  // Both throw Error{build} for a platform that was not asked for.
  report::Leg& leg(const oci::Platform& platform);
  const LegPlan& leg_plan(const oci::Platform& platform) const;
};

}  // namespace polyarch::app
