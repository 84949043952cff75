#include "app/lint_warnings.hpp"

namespace polyarch::app {

void add_lint_warnings(report::Run& run, const spec::BuildOptions& options, const Facts& facts, const Plan& plan) {
  if (!facts.dockerfile) return;
  for (const auto& finding : dockerfile::lint(*facts.dockerfile, options.target, facts.platforms, facts.machine)) {
    run.warnings.push_back({finding.message, plan.dockerfile, finding.line, finding.cure});
  }
}

}  // namespace polyarch::app
