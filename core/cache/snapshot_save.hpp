#pragma once
#include <functional>
#include <optional>
#include <unordered_map>

#include "cache/blob_store.hpp"
#include "cache/snapshot_plan.hpp"

namespace polyarch::cache {

// What this machine knows of files that it wrote or read itself: a file with the same stamp, size and time has the same
// content still.
struct Seen {
  Stamp stamp;
  std::uint64_t size = 0;
  std::int64_t mtime = 0;
  Digest content;
};
using SeenFiles = std::unordered_map<std::string, Seen>;  // by path

struct SaveOptions {
  const Catalog* previous = nullptr;  // the snapshot that this one goes on from
  const SeenFiles* seen = nullptr;
  std::size_t threads = 4;  // each holds at most 24 MiB
  int level = 1;            // of zstd
  const sys::Cancel* cancel = nullptr;
};

struct SaveResult {
  Catalog catalog;
  SeenFiles seen;                     // for the next save
  std::vector<std::string> left_out;  // and why
  std::uint64_t files = 0;
  std::uint64_t raw_bytes = 0;      // of all files
  std::uint64_t read_bytes = 0;     // of those that had to be read
  std::uint64_t written_bytes = 0;  // compressed, of new pieces
  std::uint64_t sent_bytes = 0;     // of these, what the store did not have
};

// Writes what is new in `tree` (scanned from `root`) to `store`; the catalog names it and what was there. The store is
// left as it was when this throws, but for blobs that nothing names. A file that goes on changing while it is read is
// left out and named. Throws Error{input} when nothing is to be saved, and when a restore into `root` was killed.
SaveResult save_tree(const std::filesystem::path& root, Tree tree, BlobStore& store, const SaveOptions& options);

}  // namespace polyarch::cache
