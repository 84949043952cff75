#include "cache/snapshot_restore.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/core.h>
#include <mutex>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cache/beneath.hpp"
#include "cache/frame.hpp"
#include "cache/path_text.hpp"
#include "cache/restore_mark.hpp"
#include "sys/files.hpp"
#include "sys/parallel.hpp"

namespace polyarch::cache {
namespace {

constexpr std::size_t hole = 4096;  // zeros of this length and place may be left out

timespec time_of(std::int64_t nanoseconds) {
  auto seconds = nanoseconds / 1'000'000'000;
  auto rest = nanoseconds % 1'000'000'000;
  if (rest < 0) rest += 1'000'000'000, --seconds;
  return {static_cast<time_t>(seconds), static_cast<long>(rest)};
}

Stamp stamp_of(const struct stat& status) {
  return {status.st_dev, status.st_ino,
          static_cast<std::int64_t>(status.st_ctim.tv_sec) * 1'000'000'000 + status.st_ctim.tv_nsec};
}

bool all_zero(std::string_view bytes) {
  return bytes.empty() || (bytes[0] == 0 && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

std::string part_name(std::size_t entry) {
  return std::string(part_prefix) + std::to_string(entry);
}

// A part of a piece, and where it goes.
struct Slice {
  std::size_t entry = 0;
  std::uint64_t at = 0;  // in the file
  Extent extent;
};

class Restore {
 public:
  Restore(const Catalog& catalog, BlobStore& store, const std::filesystem::path& target, const RestoreOptions& options)
      : catalog_(catalog),
        store_(store),
        options_(options),
        beneath_(target),
        mark_(target),
        keep_owners_(::geteuid() == 0) {
    result_.stamps.resize(catalog.entries.size());
  }

  RestoreResult run() {
    try {
      make_directories();
      mark_.share();
      fill_files();
      make_links();
      finish_directories();
    } catch (const Error& error) {
      // A broken snapshot is to be replaced by what comes to stand here.
      if (error.kind() == ErrorKind::input || error.kind() == ErrorKind::registry) mark_.remove();
      throw;
    }
    mark_.remove();
    list_seen();
    result_.fetched_bytes = fetched_;
    return std::move(result_);
  }

 private:
  // Parts of a restore that was killed go, lest they lie there for ever: another catalog numbers them otherwise.
  void make_directories() {
    if (mark_.alone()) beneath_.remove_numbered(".", part_prefix);
    for (const auto& entry : catalog_.entries) {
      if (entry.type != EntryType::directory) continue;
      const bool made = beneath_.make_directory(entry.path);
      if (!made && mark_.alone()) beneath_.remove_numbered(entry.path, part_prefix);
    }
  }

  void fill_files() {
    std::vector<std::vector<Slice>> slices(catalog_.pieces.size());
    std::vector<std::atomic<std::size_t>> left(catalog_.entries.size());
    for (std::size_t i = 0; i < catalog_.entries.size(); ++i) {
      const auto& entry = catalog_.entries[i];
      if (entry.type != EntryType::file) continue;
      ++result_.files;
      result_.raw_bytes += entry.size;
      left[i] = entry.extents.size();
      if (entry.extents.size() != 1) start_file(i);
      std::uint64_t at = 0;
      for (const auto& extent : entry.extents) {
        slices[extent.piece].push_back({i, at, extent});
        at += extent.size;
      }
    }
    std::vector<std::function<void()>> tasks;
    for (std::size_t i = 0; i < slices.size(); ++i) {
      if (!slices[i].empty()) tasks.emplace_back([this, i, &slices, &left] { write_piece(i, slices[i], left); });
    }
    try {
      sys::run_parallel(tasks, options_.threads);
    } catch (...) {
      for (std::size_t i = 0; i < left.size(); ++i) {
        if (left[i] != 0) beneath_.remove_part(catalog_.entries[i].path, part_name(i));
      }
      throw;
    }
  }

  // An empty file, or one that several pieces fill.
  void start_file(std::size_t index) {
    const auto& entry = catalog_.entries[index];
    const auto place = beneath_.place(entry.path);
    const auto file = beneath_.make_part(place, part_name(index));
    if (entry.size == 0) {
      finish_file(index, place, file.get());
    } else if (::ftruncate(file.get(), static_cast<off_t>(entry.size)) != 0) {
      sys::throw_errno("write " + shown(entry), errno);
    }
  }

  void write_piece(std::size_t number, const std::vector<Slice>& slices, std::vector<std::atomic<std::size_t>>& left) {
    if (options_.cancel != nullptr) options_.cancel->check();
    const auto& piece = catalog_.pieces[number];
    const auto frame = store_.get(piece.digest, piece.size);
    fetched_ += frame.size();
    const auto raw = decompress_frame(frame, piece.raw_size, "piece " + piece.digest.str());
    for (const auto& slice : slices) {
      const auto& entry = catalog_.entries[slice.entry];
      const auto bytes = std::string_view(raw).substr(slice.extent.offset, slice.extent.size);
      const auto place = beneath_.place(entry.path);
      const auto part = part_name(slice.entry);
      const auto file = entry.extents.size() == 1 ? beneath_.make_part(place, part) : beneath_.open_part(place, part);
      write_at(entry, file.get(), bytes, slice.at);
      if (--left[slice.entry] == 0) finish_file(slice.entry, place, file.get());
    }
  }

  void write_at(const Entry& entry, int file, std::string_view bytes, std::uint64_t at) {
    while (!bytes.empty()) {
      auto part = bytes;
      if (entry.sparse) {
        part = bytes.substr(0, hole - at % hole);
        if (all_zero(part)) {
          bytes.remove_prefix(part.size());
          at += part.size();
          if (bytes.empty() && ::ftruncate(file, static_cast<off_t>(std::max(at, entry.size))) != 0) {
            sys::throw_errno("write " + shown(entry), errno);
          }
          continue;
        }
      }
      const auto wrote = ::pwrite(file, part.data(), part.size(), static_cast<off_t>(at));
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote < 0) sys::throw_errno("write " + shown(entry), errno);
      bytes.remove_prefix(static_cast<std::size_t>(wrote));
      at += static_cast<std::uint64_t>(wrote);
    }
  }

  // A file that is not whole never stands under its name: a save would keep it, however this ended.
  void finish_file(std::size_t index, const Beneath::Place& place, int file) {
    const auto& entry = catalog_.entries[index];
    set_attributes(entry, file);
    beneath_.put_in_place(place, part_name(index));
    note(index, file);
  }

  void note(std::size_t index, int file) {
    struct stat status {};
    if (::fstat(file, &status) != 0) sys::throw_errno("read " + shown(catalog_.entries[index]), errno);
    result_.stamps[index] = stamp_of(status);
  }
  void note(std::size_t index, const Beneath::Place& place) {
    struct stat status {};
    if (::fstatat(place.directory.get(), place.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) {
      result_.stamps[index] = stamp_of(status);
    }
  }

  // Owner first: changing it takes set-ID bits away. The time last: all else touches it.
  void set_attributes(const Entry& entry, int file) {
    if (keep_owners_ && ::fchown(file, entry.uid, entry.gid) != 0) not_kept(entry, "owner", errno);
    for (const auto& [name, value] : entry.xattrs) {
      if (::fsetxattr(file, name.c_str(), value.data(), value.size(), 0) != 0) not_kept(entry, name, errno);
    }
    if (::fchmod(file, entry.mode) != 0) not_kept(entry, "mode", errno);
    const std::array times{time_of(entry.mtime), time_of(entry.mtime)};
    if (::futimens(file, times.data()) != 0) not_kept(entry, "time", errno);
  }

  void make_links() {
    for (std::size_t i = 0; i < catalog_.entries.size(); ++i) {
      const auto& entry = catalog_.entries[i];
      if (entry.type == EntryType::hardlink) beneath_.make_link(entry.path, entry.link);
      if (entry.type == EntryType::symlink) make_symlink(i);
      if (entry.type == EntryType::whiteout) make_whiteout(i);
    }
    // A new name is a change of the file: the stamp of all its names is another.
    for (std::size_t i = 0; i < catalog_.entries.size(); ++i) {
      const auto& entry = catalog_.entries[i];
      if (entry.type != EntryType::hardlink) continue;
      const auto target = std::ranges::lower_bound(catalog_.entries, entry.link, {}, &Entry::path);
      note(i, beneath_.place(entry.path));
      result_.stamps[static_cast<std::size_t>(target - catalog_.entries.begin())] = result_.stamps[i];
    }
  }

  void make_symlink(std::size_t index) {
    const auto& entry = catalog_.entries[index];
    beneath_.make_symlink(entry.path, entry.link);
    const auto where = beneath_.place(entry.path);
    set_attributes_at(entry, where.directory.get(), where.name);
    note(index, where);
  }

  void make_whiteout(std::size_t index) {
    const auto& entry = catalog_.entries[index];
    const auto place = beneath_.place(entry.path);
    const auto part = part_name(index);
    if (const int error = beneath_.make_whiteout_part(place, part); error != 0) {
      return not_kept(entry, "whiteout", error);
    }
    set_attributes_at(entry, place.directory.get(), part);
    beneath_.put_in_place(place, part);
    note(index, place);
  }

  // The same of what cannot be opened; a symbolic link has no mode.
  void set_attributes_at(const Entry& entry, int directory, const std::string& name) {
    if (keep_owners_ && ::fchownat(directory, name.c_str(), entry.uid, entry.gid, AT_SYMLINK_NOFOLLOW) != 0)
      not_kept(entry, "owner", errno);
    const auto path = fmt::format("/proc/self/fd/{}/{}", directory, name);  // no call takes directory and name
    for (const auto& [key, value] : entry.xattrs) {
      if (::lsetxattr(path.c_str(), key.c_str(), value.data(), value.size(), 0) != 0) not_kept(entry, key, errno);
    }
    const bool has_mode = entry.type != EntryType::symlink;
    if (has_mode && ::fchmodat(directory, name.c_str(), entry.mode, AT_SYMLINK_NOFOLLOW) != 0)
      not_kept(entry, "mode", errno);
    const std::array times{time_of(entry.mtime), time_of(entry.mtime)};
    if (::utimensat(directory, name.c_str(), times.data(), AT_SYMLINK_NOFOLLOW) != 0) not_kept(entry, "time", errno);
  }

  // From the deepest: a directory that forbids writing must be finished after what is in it.
  void finish_directories() {
    for (std::size_t i = catalog_.entries.size(); i-- > 0;) {
      const auto& entry = catalog_.entries[i];
      if (entry.type != EntryType::directory) continue;
      const auto opened = beneath_.open(entry.path, O_RDONLY | O_DIRECTORY);
      set_attributes(entry, opened.get());
      note(i, opened.get());
    }
  }

  void list_seen() {
    result_.seen.reserve(result_.files);
    for (std::size_t i = 0; i < catalog_.entries.size(); ++i) {
      const auto& entry = catalog_.entries[i];
      if (entry.type != EntryType::file) continue;
      result_.seen[entry.path] = {result_.stamps[i], entry.size, entry.mtime, entry.content};
    }
  }

  static std::string shown(const Entry& entry) { return text::printable(path_to_text(entry.path)); }

  void not_kept(const Entry& entry, std::string_view what, int error) {
    const std::lock_guard lock(mutex_);
    result_.not_kept.push_back(fmt::format("{}: {}: {}", shown(entry), text::printable(what), std::strerror(error)));
  }

  const Catalog& catalog_;
  BlobStore& store_;
  const RestoreOptions& options_;
  Beneath beneath_;
  RestoreMark mark_;
  bool keep_owners_;
  std::mutex mutex_;  // of not_kept, while pieces are written
  std::atomic<std::uint64_t> fetched_ = 0;
  RestoreResult result_;
};

}  // namespace

RestoreResult restore_tree(const Catalog& catalog, BlobStore& store, const std::filesystem::path& target,
                           const RestoreOptions& options) {
  return Restore(catalog, store, target, options).run();
}

Tree standing_tree(const Catalog& catalog, const RestoreResult& restored) {
  const bool has_owners = ::geteuid() == 0;
  Tree tree;
  tree.found.reserve(catalog.entries.size());
  for (std::size_t i = 0; i < catalog.entries.size(); ++i) {
    const auto& entry = catalog.entries[i];
    Entry bare{.path = entry.path, .type = entry.type, .mode = entry.mode, .mtime = entry.mtime, .link = entry.link};
    bare.size = entry.size;
    if (has_owners) bare.uid = entry.uid, bare.gid = entry.gid;
    tree.found.push_back({std::move(bare), restored.stamps[i]});
  }
  return tree;
}

}  // namespace polyarch::cache
