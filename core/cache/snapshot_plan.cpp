#include "cache/snapshot_plan.hpp"

#include <algorithm>

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

auto path_in(const std::vector<Found>& tree, std::string_view path) {
  const auto found =
      std::ranges::lower_bound(tree, path, {}, [](const Found& each) -> std::string_view { return each.entry.path; });
  return found != tree.end() && found->entry.path == path ? found : tree.end();
}

// Links must come after the file that they are one with: when that is written anew, so are they.
void renew_links(const std::vector<Found>& tree, std::vector<bool>& anew) {
  for (std::size_t i = 0; i < tree.size(); ++i) {
    if (tree[i].entry.type != EntryType::hardlink || anew[i]) continue;
    anew[i] = anew[static_cast<std::size_t>(path_in(tree, tree[i].entry.link) - tree.begin())];
  }
}

void renew_decayed(const Previous& previous, std::vector<bool>& anew) {
  LiveBytes live(*previous.catalog);
  for (std::size_t i = 0; i < anew.size(); ++i) {
    if (!anew[i]) live.add(*previous.entries[i]);
  }
  for (std::size_t i = 0; i < anew.size(); ++i) {
    if (anew[i]) continue;
    const auto& old = *previous.entries[i];
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
std::vector<std::size_t> needed_pieces(const std::vector<bool>& anew, const Previous& previous) {
  std::vector<bool> needed(previous.catalog->pieces.size());
  for (std::size_t i = 0; i < anew.size(); ++i) {
    if (anew[i]) continue;
    const auto& old = *previous.entries[i];
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
std::vector<Deleted> deleted_paths(const std::vector<Found>& tree, const Previous& previous,
                                   const std::vector<std::size_t>& renumbered) {
  const auto& [pieces, entries, deleted] = *previous.catalog;
  std::vector<bool> lives(entries.size());
  for (const auto* entry : previous.entries) {
    if (entry != nullptr) lives[static_cast<std::size_t>(entry - entries.data())] = true;
  }
  std::vector<Deleted> out;
  const auto add = [&](const std::string& path, std::size_t home) {
    if (renumbered[home] < pieces.size()) out.push_back({path, renumbered[home]});
  };
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (!lives[i]) add(entries[i].path, entries[i].home);
  }
  for (const auto& gone : deleted) {
    if (path_in(tree, gone.path) == tree.end()) add(gone.path, gone.home);
  }
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

Previous beside(const std::vector<Found>& tree, const Catalog* catalog) {
  Previous out{catalog, std::vector<const Entry*>(tree.size())};
  if (catalog == nullptr) return out;
  auto old = catalog->entries.begin();
  const auto end = catalog->entries.end();
  for (std::size_t i = 0; i < tree.size(); ++i) {
    const auto& path = tree[i].entry.path;
    while (old != end && old->path < path) ++old;
    if (old != end && old->path == path) out.entries[i] = &*old;
  }
  return out;
}

SnapshotPlan plan_snapshot(std::vector<Found>& tree, const std::vector<bool>& changed, const Previous& previous) {
  auto anew = changed;
  SnapshotPlan plan;
  std::vector<std::size_t> renumbered;
  if (previous.catalog != nullptr) {
    renew_links(tree, anew);
    renew_decayed(previous, anew);
    renew_links(tree, anew);
    plan.kept = needed_pieces(anew, previous);
    renumbered.assign(previous.catalog->pieces.size(), previous.catalog->pieces.size());
    for (std::size_t i = 0; i < plan.kept.size(); ++i) renumbered[plan.kept[i]] = i;
    plan.deleted = deleted_paths(tree, previous, renumbered);
  }
  plan.bundles = bundle(tree, anew);
  plan.entries.reserve(tree.size());  // growing would hold it twice
  for (std::size_t i = 0; i < tree.size(); ++i) {
    auto entry = std::move(tree[i].entry);
    if (!anew[i]) {
      const auto& old = *previous.entries[i];
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
