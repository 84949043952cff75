#include "app/tags_inventory.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <mutex>

#include "base/error.hpp"
#include "cache/layers.hpp"
#include "cache/snapshots.hpp"
#include "publish/graph.hpp"
#include "report/timestamp.hpp"
#include "sys/parallel.hpp"

namespace polyarch::app {
namespace {

using Manifest = publish::Inventory::Manifest;

constexpr std::size_t tags_at_once = 200;  // so that memory does not grow with the repository
constexpr auto first_real_time = std::chrono::sys_days(std::chrono::year(1981) / 1 / 1);
constexpr auto created_key = "org.opencontainers.image.created";

std::optional<Clock::Wall> real_time(std::string_view text) {
  const auto time = report::parse_timestamp(text);
  if (!time || *time < first_real_time) return std::nullopt;
  return std::chrono::time_point_cast<Clock::Wall::duration>(*time);
}

publish::Inventory::Content content_of(const oci::Manifest& manifest) {
  if (cache::is_snapshot(manifest)) return publish::Inventory::Content::snapshot;
  if (cache::is_layer_cache(manifest)) return publish::Inventory::Content::layer_cache;
  return publish::Inventory::Content::other;
}

class InventoryReader {
 public:
  InventoryReader(registry::Client& client, const oci::Repository& repository)
      : client_(client), repository_(repository) {}

  publish::Inventory run() {
    const auto tags = client_.tags(repository_);
    for (std::size_t i = 0; i < tags.size(); i += tags_at_once) {
      const auto end = std::min(tags.size(), i + tags_at_once);
      read({tags.begin() + static_cast<std::ptrdiff_t>(i), tags.begin() + static_cast<std::ptrdiff_t>(end)});
    }
    for (auto& [digest, manifest] : out_.manifests) manifest.created = created(digest, 0);
    return std::move(out_);
  }

 private:
  template <class Values, class Step>
  void each(const Values& values, Step step) {
    std::vector<std::function<void()>> tasks;
    for (const auto& value : values) tasks.emplace_back([&value, &step] { step(value); });
    sys::run_parallel(tasks, registry::parallel_requests);
  }

  void read(const std::vector<std::string>& tags) {
    std::vector<oci::Descriptor> roots;
    each(tags, [&](const std::string& tag) {
      const auto found = client_.head_manifest({repository_, tag, std::nullopt});
      if (!found) return;  // gone meanwhile
      const std::lock_guard lock(mutex_);
      out_.tags[tag] = found->digest;
      roots.push_back(*found);
    });
    const publish::GraphReader reader{
        .manifest = [this](const auto& one) { return client_.need_manifest(by_digest(one)).bytes; },
        .done = [this](const auto& one) { return !client_.head_manifest(by_digest(one)); }};
    while (!roots.empty()) {
      const auto nodes = publish::read_graph(reader, roots, known_);
      roots.clear();
      each(nodes, [&](const publish::Node& node) {
        auto manifest = facts(node);
        const auto referrers = client_.referrers(repository_, node.descriptor.digest);
        for (const auto& referrer : referrers) manifest.referrers.push_back(referrer.digest);
        const std::lock_guard lock(mutex_);
        out_.manifests[node.descriptor.digest] = std::move(manifest);
        roots.insert(roots.end(), referrers.begin(), referrers.end());
      });
    }
  }

  Manifest facts(const publish::Node& node) {
    Manifest out;
    for (const auto& child : node.manifests) out.children.push_back(child.digest);
    out.subject = node.subject;
    if (node.bytes.empty()) return out;
    const auto what = "manifest " + node.descriptor.digest.str();
    const auto annotations = oci::annotations_from_json(parse_json(node.bytes, what), what);
    const auto said = annotations.find(created_key);
    if (said != annotations.end()) out.created = real_time(said->second);
    if (!oci::media_type::is_manifest(node.descriptor.media_type)) return out;
    const auto manifest = oci::Manifest::parse(node.bytes, what);
    out.content = content_of(manifest);
    if (!out.created && !node.descriptor.is_attestation()) out.created = config_time(manifest.config);
    return out;
  }

  std::optional<Clock::Wall> config_time(const oci::Descriptor& config) {
    try {
      return real_time(oci::ImageConfig::parse(client_.get_blob(repository_, config), "config").created);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::registry && error.kind() != ErrorKind::input) throw;
      return std::nullopt;  // no image, or a broken one: its age is unknown
    }
  }

  // Of an index without a time of its own that of its newest image.
  std::optional<Clock::Wall> created(const Digest& digest, int depth) const {
    const auto manifest = out_.manifests.find(digest);
    if (manifest == out_.manifests.end() || depth > 8) return std::nullopt;
    auto newest = manifest->second.created;
    if (newest) return newest;
    for (const auto& child : manifest->second.children) newest = std::max(newest, created(child, depth + 1));
    return newest;
  }

  oci::Reference by_digest(const oci::Descriptor& what) const { return {repository_, std::nullopt, what.digest}; }

  registry::Client& client_;
  const oci::Repository& repository_;
  std::mutex mutex_;
  std::set<Digest> known_;
  publish::Inventory out_;
};

}  // namespace

publish::Inventory read_inventory(registry::Client& client, const oci::Repository& repository) {
  return InventoryReader(client, repository).run();
}

}  // namespace polyarch::app
