#pragma once
#include <string>

namespace polyarch::spec {

// Lines of shell that put the engine onto the PATH where none is: fetched from the release at $POLYARCH_RELEASE_URL,
// checked against its SHA256SUMS, and kept for the next run. For CI systems whose wrappers cannot do it themselves.
std::string engine_script();

}  // namespace polyarch::spec
