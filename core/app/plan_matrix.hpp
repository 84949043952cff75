#pragma once
#include "app/plan.hpp"

namespace polyarch::app {

// {"include":[{"platform":"linux/arm64","runner":"ubuntu-24.04-arm"}, …]}: a job for each leg, on the machine that
// `runners` names for it, PLATFORM=LABEL[,LABEL…]; several labels are an array. Throws Error{usage} for what is none of
// that, or names a platform that is not built. Pure.
Json plan_matrix(const Plan& plan, const std::vector<std::string>& runners);

}  // namespace polyarch::app
