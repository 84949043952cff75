#include "app/cache_mounts.hpp"

#include <algorithm>
#include <functional>

#include "sys/parallel.hpp"

namespace polyarch::app {

CacheMounts::CacheMounts(RunState& state, const BuilderSet& builders) : state_(state) {
  for (const auto& job : state.plan.mounts.jobs) jobs_.push_back(std::make_unique<MountJobRun>(job, state, builders));
}

CacheMounts::~CacheMounts() {
  for (auto& one : saving_) one.wait();
  for (const auto& job : jobs_) {
    std::ranges::copy(job->warnings(), std::back_inserter(state_.report.warnings));
    std::ranges::copy(job->uses(), std::back_inserter(state_.report.mounts));
  }
}

void CacheMounts::restore() {
  std::vector<std::function<void()>> tasks;
  for (const auto& job : jobs_) tasks.emplace_back([&job] { job->restore(); });
  sys::run_parallel(tasks, tasks.size());
}

void CacheMounts::save(const std::vector<SolveOutcome>& outcomes) {
  if (state_.plan.mounts.scope.read_only) return;
  std::vector<oci::Platform> built;
  for (const auto& outcome : outcomes) {
    if (!outcome.error) std::ranges::copy(outcome.plan->platforms, std::back_inserter(built));
  }
  for (const auto& job : jobs_) {
    saving_.push_back(std::async(std::launch::async, [&job, built] { job->save(built); }));
  }
}

}  // namespace polyarch::app
