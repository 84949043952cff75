#pragma once
#include <ctime>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cache/catalog.hpp"
#include "sys/cancel.hpp"

namespace polyarch::cache {

// Names of files that a restore has begun to write; no snapshot keeps them.
inline constexpr std::string_view part_prefix = ".polyarch-part-";

// What stat says of a file that tells whether somebody has written to it since.
struct Stamp {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t ctime = 0;  // nanoseconds since 1970
  bool operator==(const Stamp&) const = default;
};

std::int64_t nanoseconds(const timespec& time);  // since the same moment

struct Found {
  Entry entry;  // without content, extents and extended attributes
  Stamp stamp;
};

struct Tree {
  std::vector<Found> found;           // sorted by path
  std::vector<std::string> left_out;  // what a snapshot cannot keep, and why: sockets, devices, unreadable files
};

// Of the path itself, be it a symbolic link. A file system that has none gives none; those of the name space trusted
// are seen by root alone.
std::map<std::string, std::string> extended_attributes(const std::filesystem::path& path);

// The same for the same tree as long as nobody has touched anything in it, attributes included: a digest of all that
// stat says of it.
Digest fingerprint(const Tree& tree);

// Walks `paths` (relative to `root`, directories or files) without following symbolic links; the directories that lead
// to them are part of the tree. The first of several names of one file is a file, the others are hard links to it.
// Owners are kept when this process is root. Throws Error{input} when a path is missing or leaves `root`.
Tree scan(const std::filesystem::path& root, const std::vector<std::string>& paths, const sys::Cancel& cancel);

}  // namespace polyarch::cache
