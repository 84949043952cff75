#pragma once
#include <optional>
#include <vector>

#include "app/outputs.hpp"
#include "buildkit/builder.hpp"

namespace polyarch::app {

// A builder of a run, as it answered; with what it was made of when the run made it.
struct UsedBuilder {
  buildkit::Builder builder;
  std::optional<buildkit::CreateOptions> made;
};

// The outputs of setup-buildx-action, under its names. Of several builders, the nodes stand one after the other, as
// those of one builder do there; what is said of one is said of the first.
Outputs builder_outputs(const std::vector<UsedBuilder>& used);

}  // namespace polyarch::app
