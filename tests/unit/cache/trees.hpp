#pragma once
#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/error.hpp"
#include "cache/blob_store.hpp"
#include "cache/snapshot_restore.hpp"
#include "sys/files.hpp"

namespace polyarch::cache::testing {

namespace fs = std::filesystem;

// Blobs in memory, and what was asked of them.
class MemoryStore final : public BlobStore {
 public:
  bool put(const Digest& digest, std::string_view bytes) override {
    const std::lock_guard lock(mutex_);
    if (full) throw Error(ErrorKind::registry, "the registry is full");
    ++puts;
    return blobs.emplace(digest.str(), std::string(bytes)).second;
  }
  std::string get(const Digest& digest, std::uint64_t size) override {
    const std::lock_guard lock(mutex_);
    const auto found = blobs.find(digest.str());
    if (found == blobs.end()) throw Error(ErrorKind::registry, "no such blob: " + digest.str());
    if (found->second.size() != size || Digest::sha256(found->second) != digest) {
      throw Error(ErrorKind::registry, "broken blob: " + digest.str());
    }
    return found->second;
  }

  std::map<std::string, std::string> blobs;
  std::size_t puts = 0;
  bool full = false;

 private:
  std::mutex mutex_;
};

inline void set_time(const fs::path& path, std::int64_t seconds, long nanoseconds) {
  const timespec times[2]{{seconds, nanoseconds}, {seconds, nanoseconds}};
  ::utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW);
}

inline std::string random_bytes(std::mt19937_64& random, std::size_t size) {
  std::string out;
  out.reserve(size + 8);
  const bool text = random() % 2 == 0;
  while (out.size() < size) {
    const auto number = random();
    out.append(text ? std::to_string(number % 100) : std::string(reinterpret_cast<const char*>(&number), 8));
  }
  out.resize(size);
  return out;
}

// What overlayfs hides a lower file with. false: this user or file system may not have one.
inline bool make_whiteout(const fs::path& path, mode_t mode = 0) {
  return ::mknod(path.c_str(), S_IFCHR | mode, makedev(0, 0)) == 0;
}

// Hides all that a lower directory holds; only root may.
inline bool make_opaque(const fs::path& path) {
  return ::lsetxattr(path.c_str(), "trusted.overlay.opaque", "y", 1, 0) == 0;
}

// Files of many sizes, empty ones and directories, odd names, links of both kinds, modes, times before 1970; and, where
// they may be made, whiteouts and opaque directories of overlayfs.
inline void grow(const fs::path& root, std::mt19937_64& random, std::size_t count) {
  std::vector<fs::path> directories{root};
  std::vector<fs::path> files;
  fs::create_directories(root);
  const auto name = [&](std::size_t i) {
    switch (random() % 8) {
      case 0:
        return "ä€😀-" + std::to_string(i);
      case 1:
        return std::string("\xff\x01\n%41 \"") + std::to_string(i);
      case 2:
        return std::string(200, 'x') + std::to_string(i);
      default:
        return "file" + std::to_string(i);
    }
  };
  for (std::size_t i = 0; i < count; ++i) {
    const auto path = directories[random() % directories.size()] / name(i);
    switch (random() % 9) {
      case 0:
        fs::create_directory(path);
        directories.push_back(path);
        if (random() % 2 == 0) make_opaque(path);
        break;
      case 1:
        fs::create_symlink(random() % 2 == 0 ? "../elsewhere" : "file1", path);
        break;
      case 2:
        if (!files.empty()) {
          fs::create_hard_link(files[random() % files.size()], path);
          break;
        }
        [[fallthrough]];
      case 3:
        if (make_whiteout(path, random() % 0400)) break;
        [[fallthrough]];
      default: {
        std::ofstream(path, std::ios::binary) << random_bytes(random, random() % 3 == 0 ? 0 : random() % 40'000);
        ::chmod(path.c_str(), 0400 | (random() % 0400));
        files.push_back(path);
      }
    }
    set_time(path, static_cast<std::int64_t>(random() % 2'000'000'000) - 100'000'000,
             static_cast<long>(random() % 1'000'000'000));
  }
  for (const auto& directory : directories) set_time(directory, static_cast<std::int64_t>(random() % 2'000'000'000), 7);
}

// Everything about a tree that a snapshot keeps, as text: a difference shows.
inline std::map<std::string, std::string> describe(const fs::path& root) {
  std::map<std::string, std::string> out;
  std::map<std::uint64_t, std::string> first_names;
  std::vector<fs::path> paths;
  for (const auto& each : fs::recursive_directory_iterator(root)) paths.push_back(each.path());
  std::ranges::sort(paths);
  for (const auto& path : paths) {
    struct stat status {};
    ::lstat(path.c_str(), &status);
    std::string text = std::to_string(status.st_mode) + " " + std::to_string(status.st_mtim.tv_sec) + "." +
                       std::to_string(status.st_mtim.tv_nsec) + " " + std::to_string(status.st_uid) + " ";
    if (S_ISLNK(status.st_mode)) text += "-> " + fs::read_symlink(path).string();
    if (S_ISREG(status.st_mode)) {
      text += Digest::sha256(sys::read_file(path, 1U << 30)).str();
      const auto name = path.lexically_relative(root).string();
      text += " one with " + first_names.emplace(status.st_ino, name).first->second;
    }
    if (S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode)) text += "device " + std::to_string(status.st_rdev);
    for (const char* name : {"user.polyarch", "trusted.overlay.opaque"}) {
      char value[256];
      const auto size = ::lgetxattr(path.c_str(), name, value, sizeof value);
      if (size > 0) text += std::string(" ") + name + " " + std::string(value, static_cast<std::size_t>(size));
    }
    out[path.lexically_relative(root).string()] = text;
  }
  return out;
}

}  // namespace polyarch::cache::testing
