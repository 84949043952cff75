#pragma once
#include <string>

#include "report/run.hpp"
#include "report/style.hpp"

namespace polyarch::report {

// What is said of a step that failed where its output has not been shown: the end of the output, and the error.
std::string describe_failed_step(const Step& step, const Style& style);

}  // namespace polyarch::report
