#include "app/builder_set.hpp"

#include "base/error.hpp"
#include "base/log.hpp"

namespace polyarch::app {

BuilderSet::BuilderSet(const std::vector<BuilderPlan>& plans, const std::vector<std::string>& buildx, Context& context,
                       bool keep)
    : builders_(buildx, context.runner, context.cleanup), keep_(keep) {
  try {
    for (const auto& plan : plans) {
      names_.push_back(plan.create ? builders_.create(*plan.create).name : plan.name);
      if (plan.create) made_.push_back(names_.back());
    }
  } catch (...) {
    remove_made();
    throw;
  }
}

BuilderSet::~BuilderSet() {
  remove_made();
}

void BuilderSet::remove_made() {
  if (keep_) return;
  for (const auto& name : made_) {
    try {
      builders_.remove(name);
    } catch (const Error& error) {
      log::warning("builder {} could not be removed: {}", name, error.message());
    }
  }
}

}  // namespace polyarch::app
