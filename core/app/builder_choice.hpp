#pragma once
#include <map>
#include <vector>

#include "app/plan.hpp"

namespace polyarch::app {

struct BuilderChoice {
  std::vector<BuilderPlan> builders;
  std::map<oci::Platform, std::size_t> assignment;  // every wanted platform → one of `builders`
};

// Which builder solves which platform. Named ones first, a platform's own before the common one; else the current one
// when it can do the job; else one of our own. Pure. Throws Error{builder} when none can.
BuilderChoice choose_builders(const spec::BuildOptions& options, const Facts& facts, const PushTargets& targets);

// False when the builder needs an emulator for programs of the platform.
bool runs_natively(const BuilderPlan& builder, const Facts& facts, const oci::Platform& platform);

// Declared by --insecure-registry; loopback registries need no declaration.
bool is_insecure(const spec::BuildOptions& options, const std::string& registry);

}  // namespace polyarch::app
