#include "cache/tree.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <memory>
#include <set>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cache/path_text.hpp"
#include "sys/descriptor.hpp"
#include "sys/files.hpp"

namespace polyarch::cache {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t deepest = 512;

std::string shown(const std::string& path) {
  return text::printable(path_to_text(path));
}

class Walk {
 public:
  Walk(const fs::path& root, const sys::Cancel& cancel)
      : root_(root.string()), cancel_(cancel), keep_owners_(::geteuid() == 0) {}

  // `depth`: how far below the path that was asked for.
  void visit(const std::string& path, std::size_t depth) {
    if (!seen_.insert(path).second) return;
    const auto full = root_ + "/" + path;
    struct stat status {};
    if (::lstat(full.c_str(), &status) != 0) {
      if (depth == 0) sys::throw_errno("read " + full, errno);
      return;  // gone since its directory was read
    }
    if (!add(path, full, status) || !S_ISDIR(status.st_mode)) return;
    if (depth > deepest) throw Error(ErrorKind::input, fmt::format("{} lies too deep", shown(path)));
    for (const auto& name : names_in(path, full)) visit(fmt::format("{}/{}", path, name), depth + 1);
  }

  // A directory that leads to what was asked for.
  void add_parent(const std::string& path) {
    if (!seen_.insert(path).second) return;
    const auto full = root_ + "/" + path;
    struct stat status {};
    if (::lstat(full.c_str(), &status) != 0) sys::throw_errno("read " + full, errno);
    if (!S_ISDIR(status.st_mode)) {
      throw Error(ErrorKind::input, fmt::format("{} is no directory", full),
                  "name the path that it stands for: symbolic links are not followed");
    }
    add(path, full, status);
  }

  Tree take() {
    std::ranges::sort(tree_.found, {}, [](const Found& found) -> const std::string& { return found.entry.path; });
    link_names();
    return std::move(tree_);
  }

 private:
  std::vector<std::string> names_in(const std::string& path, const std::string& full) {
    cancel_.check();
    std::vector<std::string> names;
    const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(full.c_str()), ::closedir);
    if (!directory) {
      tree_.left_out.push_back(fmt::format("{}/: {}", shown(path), std::strerror(errno)));
      return names;
    }
    while (const auto* entry = ::readdir(directory.get())) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != ".." && !name.starts_with(part_prefix)) names.emplace_back(name);
    }
    std::ranges::sort(names);
    return names;
  }

  bool add(const std::string& path, const std::string& full, const struct stat& status) {
    Found found;
    auto& entry = found.entry;
    entry.path = path;
    entry.mode = status.st_mode & 07777U;
    entry.mtime = nanoseconds(status.st_mtim);
    if (keep_owners_) {
      entry.uid = status.st_uid;
      entry.gid = status.st_gid;
    }
    found.stamp = {status.st_dev, status.st_ino, nanoseconds(status.st_ctim)};
    if (S_ISREG(status.st_mode)) {
      entry.size = static_cast<std::uint64_t>(status.st_size);
      entry.sparse = static_cast<std::uint64_t>(status.st_blocks) * 512 + 4096 <= entry.size;
      if (status.st_nlink > 1) names_.insert({{status.st_dev, status.st_ino}, path});
    } else if (S_ISDIR(status.st_mode)) {
      entry.type = EntryType::directory;
    } else if (S_ISLNK(status.st_mode)) {
      entry.type = EntryType::symlink;
      std::error_code gone;
      entry.link = fs::read_symlink(full, gone).string();
      if (gone || entry.link.empty()) return false;
    } else if (S_ISCHR(status.st_mode) && status.st_rdev == makedev(0, 0)) {
      entry.type = EntryType::whiteout;  // the kernel makes many names of one: each is kept as one of its own
    } else {
      tree_.left_out.push_back(fmt::format("{}: neither file, directory nor link", shown(path)));
      return false;
    }
    tree_.found.push_back(std::move(found));
    return true;
  }

  // Names of one file, in the order of the paths: the first keeps the content.
  void link_names() {
    for (auto group = names_.begin(); group != names_.end();) {
      const auto end = names_.upper_bound(group->first);
      std::vector<std::string> paths;
      for (; group != end; ++group) paths.push_back(group->second);
      std::ranges::sort(paths);
      for (std::size_t i = 1; i < paths.size(); ++i) {
        auto& entry = std::ranges::lower_bound(tree_.found, paths[i], {}, [](const Found& found) -> const std::string& {
                        return found.entry.path;
                      })->entry;
        entry.type = EntryType::hardlink;
        entry.link = paths[0];
        entry.size = 0;
        entry.sparse = false;
      }
    }
  }

  std::string root_;
  const sys::Cancel& cancel_;
  bool keep_owners_;
  std::set<std::string> seen_;
  std::multimap<std::pair<std::uint64_t, std::uint64_t>, std::string> names_;
  Tree tree_;
};

}  // namespace

std::int64_t nanoseconds(const timespec& time) {
  return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

std::map<std::string, std::string> extended_attributes(const fs::path& path) {
  std::map<std::string, std::string> out;
  const auto size = ::llistxattr(path.c_str(), nullptr, 0);
  if (size <= 0) return out;
  std::string names(static_cast<std::size_t>(size), '\0');
  const auto got = ::llistxattr(path.c_str(), names.data(), names.size());
  if (got <= 0) return out;
  names.resize(static_cast<std::size_t>(got));
  for (const auto name : text::split(std::string_view(names), '\0')) {
    if (name.empty()) continue;
    const std::string key(name);
    std::string value(64U << 10, '\0');
    const auto length = ::lgetxattr(path.c_str(), key.c_str(), value.data(), value.size());
    if (length < 0) continue;
    value.resize(static_cast<std::size_t>(length));
    out[key] = std::move(value);
  }
  return out;
}

Digest fingerprint(const Tree& tree) {
  Hasher hasher;
  std::string line;
  for (const auto& [entry, stamp] : tree.found) {
    line.clear();
    fmt::format_to(std::back_inserter(line), "{}\t{}\t{} {} {} {} {} {} {} {} {}\n", path_to_text(entry.path),
                   path_to_text(entry.link), static_cast<int>(entry.type), entry.mode, entry.uid, entry.gid,
                   entry.mtime, entry.size, stamp.device, stamp.inode, stamp.ctime);
    hasher.update(line);
  }
  return hasher.finish();
}

Tree scan(const fs::path& root, const std::vector<std::string>& paths, const sys::Cancel& cancel) {
  Walk walk(root, cancel);
  for (const auto& path : paths) {
    if (!stays_inside(path)) {
      throw Error(ErrorKind::input, fmt::format("'{}' is no path below {}", shown(path), root.string()));
    }
    for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
      walk.add_parent(path.substr(0, slash));
    }
    walk.visit(path, 0);
  }
  return walk.take();
}

}  // namespace polyarch::cache
