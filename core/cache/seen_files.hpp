#pragma once
#include <filesystem>
#include <string_view>

#include "cache/snapshot_save.hpp"

namespace polyarch::cache {

// What this machine knows of the files below `root`, kept in a file of its own between restore and save.
std::string dump_seen(const SeenFiles& seen, const std::filesystem::path& root);
// Nothing when the text is of another root, or is not what dump_seen writes: it is believed only as far as each file's
// stamp still agrees.
SeenFiles parse_seen(std::string_view text, const std::filesystem::path& root);

}  // namespace polyarch::cache
