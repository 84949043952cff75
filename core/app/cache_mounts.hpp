#pragma once
#include <future>
#include <memory>
#include <vector>

#include "app/builder_set.hpp"
#include "app/mount_job.hpp"
#include "app/run_state.hpp"

namespace polyarch::app {

// The cache mounts of a run: filled from the registry before it builds, saved after it. What fails is a warning of the
// report; only an interrupt is thrown.
class CacheMounts {
 public:
  CacheMounts(RunState& state, const BuilderSet& builders);
  // Waits for what `save` began, and puts what there is to say into the report.
  ~CacheMounts();
  CacheMounts(const CacheMounts&) = delete;
  CacheMounts& operator=(const CacheMounts&) = delete;

  void restore();
  // Saves the mounts of the legs that were built, in the background. A run that may not write saves nothing.
  void save(const std::vector<SolveOutcome>& outcomes);

 private:
  RunState& state_;
  std::vector<std::unique_ptr<MountJobRun>> jobs_;
  std::vector<std::future<void>> saving_;
};

}  // namespace polyarch::app
