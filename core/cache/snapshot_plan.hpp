#pragma once
#include <optional>
#include <vector>

#include "cache/catalog.hpp"
#include "cache/tree.hpp"

namespace polyarch::cache {

// Whether what stands on disk is what the last snapshot has.
enum class Change : std::uint8_t {
  none,     // the content is kept; the rest of the entry may differ
  unknown,  // only reading the file tells
  content,  // new, or another
};

// By path, type and size, and the stamps of files that nobody has touched since (`untouched`: their paths' contents).
// An `unknown` file is to be read and compared with previous->content.
Change compare(const Entry& now, const Entry* previous, const Digest* untouched);

// The last snapshot beside the tree that is saved now.
struct Previous {
  const Catalog* catalog = nullptr;   // none: all is new
  std::vector<const Entry*> entries;  // by index into the tree: what had that path, or nullptr
};
Previous beside(const std::vector<Found>& tree, const Catalog* catalog);

// One task of a save: entries whose headers and contents make one piece, or one large file, cut into several.
struct Bundle {
  std::vector<std::size_t> entries;  // indices into the tree
  bool large = false;
};

struct SnapshotPlan {
  std::vector<std::size_t> kept;  // indices of the previous catalog's pieces that stay, in their order
  std::vector<Entry> entries;     // one for each of the tree; kept ones with home and extents in the new numbering
  std::vector<Bundle> bundles;    // what is written anew, in the order of the paths
  std::vector<Deleted> deleted;   // of the kept pieces
};

inline constexpr std::uint64_t bundle_size = 8U << 20;  // raw bytes of a piece of small files
inline constexpr std::uint64_t large_file = 8U << 20;   // a file from this size on is cut into pieces of its own

// Which pieces stay and what is written: pure. `changed[i]`: whether the content of tree[i] is written anew (Change
// other than none). A piece that is over a quarter dead goes, and what lives in it is written anew.
// The entries of `tree` move into the plan: a large tree is not held twice.
SnapshotPlan plan_snapshot(std::vector<Found>& tree, const std::vector<bool>& changed, const Previous& previous);

}  // namespace polyarch::cache
