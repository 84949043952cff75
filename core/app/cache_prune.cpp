#include <algorithm>
#include <fmt/core.h>
#include <mutex>

#include "app/commands.hpp"
#include "app/prune.hpp"
#include "app/registries.hpp"
#include "app/size_option.hpp"
#include "app/tags_inventory.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cache/snapshot_retention.hpp"
#include "cache/snapshots.hpp"
#include "publish/tag_order.hpp"
#include "sys/parallel.hpp"

namespace polyarch::app {
namespace {

cache::SnapshotLimits parse_limits(const spec::CachePruneOptions& options) {
  cache::SnapshotLimits out;
  if (!options.keep.empty()) {
    out.keep = text::to_number(options.keep);
    if (!out.keep) throw Error(ErrorKind::usage, fmt::format("--keep {} is not a number", options.keep));
  }
  if (!options.older_than.empty()) out.older_than = publish::parse_age(options.older_than);
  if (!options.max_size.empty()) out.max_size = parse_size("max-size", options.max_size);
  if (!out.keep && !out.older_than && !out.max_size && options.match.empty()) {
    throw Error(ErrorKind::usage, "cache prune needs to know what may go",
                "add --older-than AGE, --max-size SIZE, --keep N, --match PATTERN, or several of them");
  }
  return out;
}

// The snapshots among the tags that match.
std::vector<cache::SnapshotTag> snapshots_in(const publish::Inventory& inventory, const oci::Repository& repository,
                                             const std::string& match, registry::Client& client) {
  std::mutex mutex;
  std::vector<cache::SnapshotTag> out;
  std::vector<std::function<void()>> tasks;
  for (const auto& one : inventory.tags) {
    if (!match.empty() && !publish::fits(match, one.first)) continue;
    tasks.emplace_back([&] {
      const auto& [tag, digest] = one;
      const auto content = client.get_manifest({repository, std::nullopt, digest});
      if (!content || !oci::media_type::is_manifest(content->descriptor.media_type)) return;
      const auto manifest = oci::Manifest::parse(content->bytes, tag);
      if (!cache::is_snapshot(manifest)) return;
      const auto known = inventory.manifests.find(digest);
      cache::SnapshotTag snapshot{tag, known == inventory.manifests.end() ? std::nullopt : known->second.created, {}};
      snapshot.blobs.emplace(manifest.config.digest, manifest.config.size);
      for (const auto& layer : manifest.layers) snapshot.blobs.emplace(layer.digest, layer.size);
      const std::lock_guard lock(mutex);
      out.push_back(std::move(snapshot));
    });
  }
  sys::run_parallel(tasks, registry::parallel_requests);
  return out;
}

}  // namespace

int cache_prune(const spec::CachePruneOptions& options, Context& context) {
  const auto repository = oci::Repository::parse(options.repository);
  const auto limits = parse_limits(options);
  Registries registries(context, options);
  auto& client = registries.client();
  const auto now = context.clock.wall();
  const auto make_plan = [&] {
    const auto inventory = read_inventory(client, repository);
    auto snapshots = snapshots_in(inventory, repository, options.match, client);
    publish::Retention retention;
    for (const auto& [tag, digest] : inventory.tags) retention.stay[tag] = "no snapshot, or does not match";
    for (const auto& snapshot : snapshots) retention.stay.erase(snapshot.tag);
    retention.stay.merge(cache::staying_snapshots(std::move(snapshots), limits, now));
    return publish::plan_prune(inventory, retention, now);
  };
  prune(client, repository, make_plan, {options.yes, options.format == "json"}, context);
  return 0;
}

}  // namespace polyarch::app
