#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"
#include "base/json.hpp"

// What a snapshot holds (docs/snapshots.md). Pure.
namespace polyarch::cache {

// A whiteout is what overlayfs hides a lower file with: a character device 0:0.
enum class EntryType : std::uint8_t { file, directory, symlink, hardlink, whiteout };

// A part of a file's content: bytes of one uncompressed piece.
struct Extent {
  std::size_t piece = 0;     // in Catalog::pieces
  std::uint64_t offset = 0;  // in the piece
  std::uint64_t size = 0;
  bool operator==(const Extent&) const = default;
};

// A path of the tree.
struct Entry {
  std::string path;  // relative, any bytes but NUL; no empty, "." or ".." component
  EntryType type = EntryType::file;
  std::uint32_t mode = 0;  // permission bits, set-ID and sticky bits included
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::int64_t mtime = 0;  // nanoseconds since 1970
  std::string link;        // what a symlink says, or the path of the file that a hard link is one with
  std::map<std::string, std::string> xattrs;
  std::size_t home = 0;  // the piece that its tar header lies in

  // Of files:
  std::uint64_t size = 0;
  bool sparse = false;          // zeros may become holes
  Digest content;               // SHA-256 of the whole content
  std::vector<Extent> extents;  // in the order of the content; their sizes add up to `size`

  bool operator==(const Entry&) const = default;
};

// One blob: a zstd frame of a part of a tar stream.
struct Piece {
  Digest digest;               // of the frame
  std::uint64_t size = 0;      // of the frame
  std::uint64_t raw_size = 0;  // of the tar bytes
  bool operator==(const Piece&) const = default;
};

inline constexpr std::uint64_t largest_piece = 32U << 20;  // raw: what a reader must be ready to hold

// A path that the tar stream has and the tree has not.
struct Deleted {
  std::string path;
  std::size_t home = 0;  // the piece that it lies in
  bool operator==(const Deleted&) const = default;
};

struct Catalog {
  std::vector<Piece> pieces;     // in the order of the tar stream; one may stand several times
  std::vector<Entry> entries;    // sorted by path: a directory before what is in it
  std::vector<Deleted> deleted;  // sorted by path

  bool operator==(const Catalog&) const = default;
};

// Deterministic JSON: the same catalog, the same bytes.
std::string dump(const Catalog& catalog);

// Reads what a registry gave. Throws Error{input} naming `what` on anything that could not be written back into an
// empty directory without leaving it: a path that leaves, an entry below something that is no directory, an extent
// outside its piece, sizes that do not add up, a path twice, a hard link to what is no file; and on more than 4 million
// entries or 256 MiB.
Catalog parse_catalog(std::string_view bytes, std::string_view what);

}  // namespace polyarch::cache
