#include "app/run_state.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace polyarch::app {
namespace {

auto& find(auto& legs, const oci::Platform& platform) {
  const auto found = std::ranges::find_if(legs, [&](const auto& leg) { return same_target(leg.platform, platform); });
  if (found != legs.end()) return *found;
  throw Error(ErrorKind::build,
              fmt::format("the builder made an image for {}, which was not asked for", platform.str()),
              "look at FROM --platform in the Dockerfile: the last stage must be built for the target platform");
}

}  // namespace

bool same_target(const oci::Platform& a, const oci::Platform& b) {
  return a.os == b.os && a.architecture == b.architecture && a.variant == b.variant;
}

report::Leg& RunState::leg(const oci::Platform& platform) {
  return find(report.legs, platform);
}

const LegPlan& RunState::leg_plan(const oci::Platform& platform) const {
  return find(plan.legs, platform);
}

}  // namespace polyarch::app
