#pragma once
#include "cache/blob_store.hpp"
#include "cache/snapshot_save.hpp"

namespace polyarch::cache {

struct RestoreOptions {
  std::size_t threads = 4;  // each holds a piece and its frame
  const sys::Cancel* cancel = nullptr;
};

struct RestoreResult {
  SeenFiles seen;             // for the next save
  std::vector<Stamp> stamps;  // by entry of the catalog, of what stands there now
  std::uint64_t files = 0;
  std::uint64_t raw_bytes = 0;
  std::uint64_t fetched_bytes = 0;
  std::vector<std::string> not_kept;  // attributes and owners that this file system or user could not take, and why
};

// Writes the tree of a catalog below `target`. Files that stand there give way to those of the snapshot; others stay.
// Nothing is written outside `target`. Throws the store's Error, Error{input} on a broken piece (which is named), and
// Error{storage} on a full disk: what was written by then stays.
RestoreResult restore_tree(const Catalog& catalog, BlobStore& store, const std::filesystem::path& target,
                           const RestoreOptions& options = {});

// What a scan of the catalog's paths would find after that restore, unless something was not kept.
Tree standing_tree(const Catalog& catalog, const RestoreResult& restored);

}  // namespace polyarch::cache
