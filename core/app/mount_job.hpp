#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/builder_set.hpp"
#include "app/run_state.hpp"
#include "cache/mount_exchange.hpp"
#include "cache/snapshots.hpp"
#include "sys/files.hpp"

namespace polyarch::app {

// The cache mounts that one node of a builder keeps. Not for several threads.
class MountJobRun {
 public:
  MountJobRun(const MountJob& plan, RunState& state, const BuilderSet& builders);

  // Both throw Error{interrupted} alone; other failures become warnings.
  void restore();
  // The mounts that one of these legs used.
  void save(const std::vector<oci::Platform>& built);

  const std::vector<report::Warning>& warnings() const { return warnings_; }
  std::vector<report::MountUse> uses() const;

 private:
  struct Mount {
    const MountPlan* plan;
    std::optional<std::pair<oci::Reference, cache::StoredSnapshot>> last;
    std::string seen;
    std::optional<report::MountTransfer> restored, saved;
  };

  void try_to(const char* what, const std::function<void()>& work);
  std::chrono::milliseconds since(Clock::Steady start) const;
  void load_last();
  void fetch_pieces(const std::vector<Mount*>& mounts, const cache::MountParcel& parcel);
  void restore_all();
  void save_all(const std::vector<Mount*>& mounts);
  void keep(Mount& mount, std::size_t number, const cache::MountParcel& out);
  // Runs the engine over these mounts, in the order given, with `scratch`/in as its input; returns what it left.
  cache::MountParcel run(cache::MountWork work, const std::vector<Mount*>& mounts,
                         const std::filesystem::path& scratch);
  void tell(const Mount& mount, const std::string& what);
  oci::Reference reference(const std::string& tag) const;

  const MountJob& plan_;
  RunState& state_;
  const BuilderSet& builders_;
  std::vector<Mount> mounts_;
  std::optional<std::filesystem::path> engine_;  // that runs on the node
  std::vector<report::Warning> warnings_;
};

}  // namespace polyarch::app
