#pragma once
#include <functional>

#include "app/context.hpp"
#include "oci/reference.hpp"
#include "publish/retention.hpp"
#include "registry/client.hpp"

namespace polyarch::app {

struct PruneMode {
  bool yes = false;  // delete
  bool json = false;
};

// Prints what would go, and deletes with `yes` alone. The plan is made a second time before the first deletion: when it
// came out another, nothing is deleted and Error{publish} is thrown. Says how much was deleted, and throws when that is
// not all of the plan: Error{registry} when there are tags that the registry does not take away without their image.
void prune(registry::Client& client, const oci::Repository& repository,
           const std::function<publish::PrunePlan()>& make_plan, const PruneMode& mode, Context& context);

}  // namespace polyarch::app
