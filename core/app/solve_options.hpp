#pragma once
#include <map>
#include <string>

#include "app/facts.hpp"
#include "buildkit/solve.hpp"
#include "spec/build.hpp"
#include "sys/environment.hpp"

namespace polyarch::app {

// What the options say of the solve of one platform; without builder, platforms, outputs and annotations. Pure.
buildkit::Solve solve_options(const spec::BuildOptions& options, const Facts& facts, const oci::Platform& platform);

// Environment of the solve's processes: secrets that were given by value go this way, never by argv.
std::map<std::string, std::string> solve_environment(const spec::BuildOptions& options);

// Lets the redactor know every secret of a step, which a step may print.
void hide_secrets(const spec::BuildOptions& options, const sys::Environment& environment);

}  // namespace polyarch::app
