#pragma once
#include <vector>

#include "app/outputs.hpp"
#include "buildkit/builder.hpp"

namespace polyarch::app {

// The outputs of setup-buildx-action, under its names, of the builders of a run as they answered. Of several builders,
// the nodes stand one after the other, as those of one builder do there; what is said of one is said of the first.
Outputs builder_outputs(const std::vector<buildkit::Builder>& used);

}  // namespace polyarch::app
