#include "cache/snapshot_retention.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <set>

namespace polyarch::cache {

std::map<std::string, std::string> staying_snapshots(std::vector<SnapshotTag> tags, const SnapshotLimits& limits,
                                                     Clock::Wall now) {
  // Those without an age first: they stay, and what they take up is not there for the others.
  std::ranges::sort(tags, [](const SnapshotTag& a, const SnapshotTag& b) {
    if (a.created.has_value() != b.created.has_value()) return !a.created.has_value();
    return a.created != b.created ? a.created > b.created : a.tag < b.tag;
  });
  std::map<std::string, std::string> out;
  std::set<Digest> counted;
  std::uint64_t sum = 0;
  std::uint64_t seen = 0;
  for (const auto& tag : tags) {
    for (const auto& [digest, size] : tag.blobs) sum += counted.insert(digest).second ? size : 0;
    if (!tag.created) {
      out[tag.tag] = "age unknown";
    } else if (limits.keep && seen++ < *limits.keep) {
      out[tag.tag] = fmt::format("among the newest {}", *limits.keep);
    } else {
      const bool old = limits.older_than && now - *tag.created > *limits.older_than;
      const bool beyond = limits.max_size && sum > *limits.max_size;
      if (!old && !beyond && (limits.older_than || limits.max_size)) out[tag.tag] = "within the limits";
    }
  }
  return out;
}

}  // namespace polyarch::cache
