#pragma once
#include <cstdint>
#include <filesystem>
#include <utility>
#include <vector>

#include "server/store.hpp"

namespace polyarch::server {

// What nothing in a store needs any more.
struct Garbage {
  using Named = std::pair<RepositoryName, Digest>;
  std::vector<Named> manifests;  // in `untagged` searches only
  std::vector<Named> blobs;      // of repositories in which no manifest names them
  std::vector<std::filesystem::path> content;
  std::uint64_t bytes = 0;  // of `content`
};

// Content that no repository has. All that a registry has to look for when it starts.
Garbage find_unowned_content(const Store& store);
// Also blobs that no manifest of their repository names; with `untagged`, manifests that no tag leads to, neither by an
// index nor as referrers of a manifest that is kept, and what only they need.
Garbage find_garbage(const Store& store, bool untagged);
// A kill at any moment leaves garbage at most.
void remove_garbage(Store& store, const Garbage& garbage);

}  // namespace polyarch::server
