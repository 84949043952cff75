#pragma once
#include "app/context.hpp"
#include "spec/tool.hpp"

namespace polyarch::cli {

// What standard error and standard output are connected to, and what the user wants of them.
app::Terminal describe_terminal(const spec::GlobalOptions& global, const sys::Environment& environment);

}  // namespace polyarch::cli
