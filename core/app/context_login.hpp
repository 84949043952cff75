#pragma once
#include "spec/build.hpp"

namespace polyarch::app {

// Takes the logins out of the URLs that are built from: arguments, logs and reports show these. BuildKit gets that of a
// Git repository as a secret. Other URLs need theirs where it stands; it is masked.
void take_context_logins(spec::BuildOptions& options);

}  // namespace polyarch::app
