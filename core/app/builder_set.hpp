#pragma once
#include <string>
#include <vector>

#include "app/context.hpp"
#include "app/plan.hpp"

namespace polyarch::app {

// The builders of a run, ready to solve. Those that it made are gone at its end, whatever happens.
class BuilderSet {
 public:
  BuilderSet(const std::vector<BuilderPlan>& plans, const std::vector<std::string>& buildx, Context& context,
             bool keep);
  ~BuilderSet();
  BuilderSet(const BuilderSet&) = delete;
  BuilderSet& operator=(const BuilderSet&) = delete;

  // Of the plan's builder with that number.
  const std::string& name(std::size_t number) const { return names_.at(number); }

 private:
  void remove_made();

  buildkit::Builders builders_;
  std::vector<std::string> names_;
  std::vector<std::string> made_;
  bool keep_;
};

}  // namespace polyarch::app
