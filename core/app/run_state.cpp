#include "app/run_state.hpp"

#include <algorithm>

namespace polyarch::app {

report::Leg& RunState::leg(const oci::Platform& platform) {
  return *std::ranges::find(report.legs, platform, &report::Leg::platform);
}

const LegPlan& RunState::leg_plan(const oci::Platform& platform) const {
  return *std::ranges::find(plan.legs, platform, &LegPlan::platform);
}

}  // namespace polyarch::app
