#pragma once
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "publish/record.hpp"

namespace polyarch::publish {

// The records of runs over several jobs: tags of the repository that the legs are pushed to. Nothing but the registry
// stands between the jobs.
class Records {
 public:
  // `client` and `clock` must outlive it.
  Records(registry::Client& client, oci::Repository repository, const Clock& clock = system_clock())
      : client_(client), repository_(std::move(repository)), clock_(clock) {}

  // Replaces the record that an earlier attempt of this leg left. It says when it was written, so that pruning can tell
  // the records of a run that never ended from those of one that is under way.
  void write(const Record& record);
  // Those that are there, of the plan's platforms. What stands at such a tag and is no record counts as absent, with a
  // warning in the log.
  std::vector<Record> read(const RunPlan& plan);
  // All of the run, found by listing the tags.
  std::vector<Record> read_all(const std::string& run_id);
  // Takes away those of `records` that are of this plan, with their tags. A registry that deletes nothing gets others
  // in their place, which count as absent: a rerun joins nothing old, and who waits for the run sees that it is
  // published.
  void remove(const RunPlan& plan, const std::vector<Record>& records);

 private:
  std::vector<Record> read_tags(const std::vector<std::string>& tags);

  registry::Client& client_;
  oci::Repository repository_;
  const Clock& clock_;
};

}  // namespace polyarch::publish
