#include "app/run_state.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace polyarch::app {
namespace {

auto& find(auto& legs, const oci::Platform& platform) {
  const auto found =
      std::ranges::find_if(legs, [&](const auto& leg) { return publish::same_target(leg.platform, platform); });
  if (found != legs.end()) return *found;
  throw Error(ErrorKind::build,
              fmt::format("the builder made an image for {}, which was not asked for", platform.str()),
              "look at FROM --platform in the Dockerfile: the last stage must be built for the target platform");
}

}  // namespace

report::Leg& RunState::leg(const oci::Platform& platform) {
  return find(report.legs, platform);
}

const LegPlan& RunState::leg_plan(const oci::Platform& platform) const {
  return find(plan.legs, platform);
}

}  // namespace polyarch::app
