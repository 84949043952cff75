#include "cache/snapshot_plan.hpp"

#include <algorithm>
#include <unordered_map>

#include "cache/tar_member.hpp"

namespace polyarch::cache {
namespace {

constexpr std::uint64_t dead_part = 4;  // one over this

// Bytes of each piece that entries still need.
class LiveBytes {
 public:
  explicit LiveBytes(const Catalog& catalog) : catalog_(catalog), live_(catalog.pieces.size()) {}

  void add(const Entry& entry) {
    live_[entry.home] += tar_header_size(entry);
    for (std::size_t i = 0; i < entry.extents.size(); ++i) {
      const auto& extent = entry.extents[i];
      const bool last = i + 1 == entry.extents.size();
      live_[extent.piece] += extent.size + (last ? tar_padding(entry.size) : 0);
    }
  }
  // Not worth keeping.
  bool decayed(std::size_t piece) const {
    const auto raw = catalog_.pieces[piece].raw_size;
    return raw - std::min(raw, live_[piece]) > raw / dead_part || live_[piece] == 0;
  }

 private:
  const Catalog& catalog_;
  std::vector<std::uint64_t> live_;
};

// Links must come after the file that they are one with: when that is written anew, so are they.
void renew_links(const std::vector<Found>& tree, std::vector<bool>& anew) {
  std::unordered_map<std::string_view, std::size_t> index;
  for (std::size_t i = 0; i < tree.size(); ++i) index.emplace(tree[i].entry.path, i);
  for (std::size_t i = 0; i < tree.size(); ++i) {
    if (tree[i].entry.type == EntryType::hardlink && anew[index.at(tree[i].entry.link)]) anew[i] = true;
  }
}

void renew_decayed(const std::vector<Found>& tree, const Catalog& previous, std::vector<bool>& anew) {
  LiveBytes live(previous);
  for (std::size_t i = 0; i < tree.size(); ++i) {
    if (!anew[i]) live.add(*find(&previous, tree[i].entry.path));
  }
  for (std::size_t i = 0; i < tree.size(); ++i) {
    if (anew[i]) continue;
    const auto& old = *find(&previous, tree[i].entry.path);
    anew[i] = live.decayed(old.home) ||
              std::ranges::any_of(old.extents, [&](const Extent& extent) { return live.decayed(extent.piece); });
  }
}

std::vector<Bundle> bundle(const std::vector<Found>& tree, const std::vector<bool>& anew) {
  std::vector<Bundle> out;
  std::uint64_t filled = bundle_size;
  for (std::size_t i = 0; i < tree.size(); ++i) {
    if (!anew[i]) continue;
    const auto& entry = tree[i].entry;
    if (entry.type == EntryType::file && entry.size >= large_file) {
      out.push_back({{i}, true});
      filled = bundle_size;
      continue;
    }
    const auto size = tar_header_size(entry) + entry.size + tar_padding(entry.size);
    if (filled + size > bundle_size || out.empty()) {
      out.push_back({});
      filled = 0;
    }
    out.back().entries.push_back(i);
    filled += size;
  }
  return out;
}

// Pieces that an entry still needs, in the old numbering; the others are gone.
std::vector<std::size_t> needed_pieces(const std::vector<Found>& tree, const std::vector<bool>& anew,
                                       const Catalog& previous) {
  std::vector<bool> needed(previous.pieces.size());
  for (std::size_t i = 0; i < tree.size(); ++i) {
    if (anew[i]) continue;
    const auto& old = *find(&previous, tree[i].entry.path);
    needed[old.home] = true;
    for (const auto& extent : old.extents) needed[extent.piece] = true;
  }
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < needed.size(); ++i) {
    if (needed[i]) out.push_back(i);
  }
  return out;
}

// `renumbered`: the new numbers of the previous catalog's pieces; no number of one of its own means that it is gone.
std::vector<Deleted> deleted_paths(const std::vector<Found>& tree, const Catalog& previous,
                                   const std::vector<std::size_t>& renumbered) {
  const auto lives = [&](const std::string& path) {
    const auto found = std::ranges::lower_bound(
        tree, path, {}, [](const Found& each) -> const std::string& { return each.entry.path; });
    return found != tree.end() && found->entry.path == path;
  };
  std::vector<Deleted> out;
  const auto look_at = [&](const std::string& path, std::size_t home) {
    const bool kept = renumbered[home] < previous.pieces.size();
    if (kept && !lives(path)) out.push_back({path, renumbered[home]});
  };
  for (const auto& entry : previous.entries) look_at(entry.path, entry.home);
  for (const auto& gone : previous.deleted) look_at(gone.path, gone.home);
  std::ranges::sort(out, {}, &Deleted::path);
  return out;
}

}  // namespace

Change compare(const Entry& now, const Entry* previous, const Digest* untouched) {
  if (previous == nullptr || previous->type != now.type) return Change::content;
  if (now.type == EntryType::directory) return Change::none;
  if (now.type != EntryType::file) return now.link == previous->link ? Change::none : Change::content;
  if (now.size != previous->size) return Change::content;
  if (untouched == nullptr) return now.size == 0 ? Change::none : Change::unknown;
  return *untouched == previous->content ? Change::none : Change::content;
}

SnapshotPlan plan_snapshot(std::vector<Found>& tree, const std::vector<bool>& changed, const Catalog* previous) {
  auto anew = changed;
  SnapshotPlan plan;
  std::vector<std::size_t> renumbered;
  if (previous != nullptr) {
    renew_links(tree, anew);
    renew_decayed(tree, *previous, anew);
    renew_links(tree, anew);
    plan.kept = needed_pieces(tree, anew, *previous);
    renumbered.assign(previous->pieces.size(), previous->pieces.size());
    for (std::size_t i = 0; i < plan.kept.size(); ++i) renumbered[plan.kept[i]] = i;
  }
  plan.bundles = bundle(tree, anew);
  if (previous != nullptr) plan.deleted = deleted_paths(tree, *previous, renumbered);
  plan.entries.reserve(tree.size());  // growing would hold it twice
  for (std::size_t i = 0; i < tree.size(); ++i) {
    auto entry = std::move(tree[i].entry);
    if (!anew[i]) {
      const auto& old = *find(previous, entry.path);
      entry.home = renumbered[old.home];
      entry.content = old.content;
      entry.extents = old.extents;
      for (auto& extent : entry.extents) extent.piece = renumbered[extent.piece];
    }
    plan.entries.push_back(std::move(entry));
  }
  return plan;
}

}  // namespace polyarch::cache
