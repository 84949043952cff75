#pragma once
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/digest.hpp"

namespace polyarch::cache {

// A tag of a snapshot, as pruning sees it.
struct SnapshotTag {
  std::string tag;
  std::optional<Clock::Wall> created;
  std::map<Digest, std::uint64_t> blobs;  // and their sizes
};

// A tag goes when it is older than `older_than`, or when the blobs of all that are as new or newer, each counted once,
// are more than `max_size`; the newest `keep` stay.
struct SnapshotLimits {
  std::optional<std::uint64_t> keep;
  std::optional<std::chrono::seconds> older_than;
  std::optional<std::uint64_t> max_size;
};

// The tags that stay, and why. One whose age cannot be told stays, and counts. Pure.
std::map<std::string, std::string> staying_snapshots(std::vector<SnapshotTag> tags, const SnapshotLimits& limits,
                                                     Clock::Wall now);

}  // namespace polyarch::cache
