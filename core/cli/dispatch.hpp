#pragma once
#include "cli/invocation.hpp"

namespace polyarch::app {
struct Context;
}

namespace polyarch::cli {

// Runs the command; its exit code comes back.
int dispatch(const Invocation& invocation, app::Context& context);

}  // namespace polyarch::cli
