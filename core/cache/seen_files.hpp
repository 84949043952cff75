#pragma once
#include <filesystem>
#include <optional>
#include <string_view>

#include "cache/snapshot_save.hpp"

namespace polyarch::cache {

// A whole tree as it was saved: while its fingerprint and the registry's manifest are these, there is nothing to save.
struct SeenTree {
  Digest fingerprint;  // of tree.hpp
  Digest manifest;
  std::uint64_t pieces = 0;
};

// What this machine knows of the files below `root`, kept in a file of its own between restore and save: a line of
// JSON, then `lines`: one a file, which take the time, and can be made before the manifest is known.
std::string seen_lines(const SeenFiles& seen);
std::string dump_seen(std::string_view lines, const std::filesystem::path& root,
                      const std::optional<SeenTree>& tree = std::nullopt);
// Nothing when the text is of another root, or is not what dump_seen writes: it is believed only as far as each file's
// stamp still agrees.
SeenFiles parse_seen(std::string_view text, const std::filesystem::path& root);
std::optional<SeenTree> parse_seen_tree(std::string_view text, const std::filesystem::path& root);

}  // namespace polyarch::cache
