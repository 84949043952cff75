#pragma once
#include "oci/reference.hpp"
#include "publish/retention.hpp"
#include "registry/client.hpp"

namespace polyarch::app {

// Reads every tag of a repository with all that hangs together with it: children, referrers, and when each image was
// created, from its annotation or its config, and which of it are caches. A time before 1981 is what reproducible
// builds write: it counts as none. A child that the registry lacks names nothing. Changes nothing.
publish::Inventory read_inventory(registry::Client& client, const oci::Repository& repository);

}  // namespace polyarch::app
