#pragma once
#include <string>
#include <utility>
#include <vector>

#include "app/context.hpp"
#include "spec/build.hpp"

namespace polyarch::app {

// Names, as spec/output.hpp declares them, and values.
using Outputs = std::vector<std::pair<std::string, std::string>>;

// Hands outputs to the later steps of the pipeline: through --result-file, which holds those of one line, and in the
// CI system's own way.
void hand_over(const Outputs& outputs, const spec::BuildOptions& options, const Context& context);

}  // namespace polyarch::app
