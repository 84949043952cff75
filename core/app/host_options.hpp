#pragma once
#include <string>

#include "ci/host.hpp"
#include "spec/build.hpp"
#include "sys/environment.hpp"

namespace polyarch::app {

// The options as given, with what they and the host say in other words: --username and its password become one of
// registry_auths, and the job's own commit is the context where nothing was checked out. No URL holds a login any more.
// Throws Error{usage} when one of the two is missing.
spec::BuildOptions host_options(spec::BuildOptions options, const ci::Host& host);

// A line for the host that names the inputs which do nothing; empty: none was given.
std::string idle_inputs_line(const ci::Host& host, const sys::Environment& environment);

}  // namespace polyarch::app
