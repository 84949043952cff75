#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "cache/tree.hpp"

namespace polyarch::cache {

// How a file stood while it was read.
struct ReadFile {
  std::uint64_t size = 0;
  std::int64_t mtime = 0;
  Stamp stamp;
};

// Reads a regular file from start to end, without following a symbolic link, and hands its bytes on in parts of at most
// `part` bytes. nullopt: it is gone, is no file any more, may not be read, or changed meanwhile; what was handed on is
// then worthless. Throws Error{storage}.
std::optional<ReadFile> read_steady(const std::filesystem::path& path, std::size_t part,
                                    const std::function<void(std::string_view)>& take);

}  // namespace polyarch::cache
