#include "ci/hosts.hpp"

namespace polyarch::ci {

// Most CI systems that we do not know set CI.
Host detect_local(const sys::Environment& environment) {
  const auto ci = value_of(environment, "CI");
  Host host;
  host.ci = ci == "true" || ci == "1";
  return host;
}

}  // namespace polyarch::ci
