#include <algorithm>

#include "base/error.hpp"
#include "cache/directory_store.hpp"
#include "cache/mount_exchange.hpp"
#include "cache/restore_mark.hpp"
#include "cache/seen_files.hpp"
#include "cache/snapshot_restore.hpp"
#include "cache/snapshot_save.hpp"

namespace polyarch::cache {
namespace {

namespace fs = std::filesystem;
using State = MountResult::State;

const fs::path seen_root = "cache mount";  // it stands elsewhere each time

std::vector<std::string> names_in(const fs::path& directory) {
  std::vector<std::string> out;
  for (const auto& each : fs::directory_iterator(directory)) out.push_back(each.path().filename().string());
  return out;
}

// Something other than directories: those that a build makes at its very start are worth nothing.
bool holds_files(const fs::path& directory) {
  return std::ranges::any_of(fs::recursive_directory_iterator(directory),
                             [](const fs::directory_entry& each) { return !each.is_directory() || each.is_symlink(); });
}

class MountWorker {
 public:
  MountWorker(fs::path mount, std::size_t number, const MountParcel& in, const MountParcel& out, std::size_t threads,
              const sys::Cancel& cancel)
      : mount_(std::move(mount)), number_(number), in_(in), out_(out), threads_(threads), cancel_(cancel) {}

  MountResult run(MountWork work) const {
    try {
      if (work == MountWork::save) return save();
      // Of a build that was killed.
      if (left_unfinished(mount_)) empty();
      if (holds_files(mount_)) return {State::occupied};
      return work == MountWork::look ? MountResult{State::empty} : restore();
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::interrupted) throw;
      return {State::failed, error.message()};
    } catch (const fs::filesystem_error& error) {
      return {State::failed, error.what()};
    }
  }

 private:
  // Half a cache may be worse than none.
  void empty() const {
    for (const auto& name : names_in(mount_)) fs::remove_all(mount_ / name);
  }

  MountResult restore() const {
    const auto catalog = in_.catalog(number_);
    if (!catalog) return {State::empty};
    DirectoryStore store(in_.blobs());
    try {
      const auto done = restore_tree(*catalog, store, mount_, {.threads = threads_, .cancel = &cancel_});
      out_.put_seen(number_, dump_seen(seen_lines(done.seen), seen_root));
      return {State::restored, "", done.files, done.raw_bytes};
    } catch (...) {
      empty();
      throw;
    }
  }

  MountResult save() const {
    if (!holds_files(mount_)) return {State::empty};
    const auto previous = in_.catalog(number_);
    const auto seen = parse_seen(in_.seen(number_), seen_root);
    DirectoryStore store(out_.blobs());
    auto names = names_in(mount_);
    std::erase_if(names, [](const std::string& name) { return name.starts_with(part_prefix); });
    const auto done = save_tree(
        mount_, scan(mount_, names, cancel_), store,
        {.previous = previous ? &*previous : nullptr, .seen = &seen, .threads = threads_, .cancel = &cancel_});
    out_.put_catalog(number_, done.catalog);
    out_.put_seen(number_, dump_seen(seen_lines(done.seen), seen_root));
    return {State::saved, "", done.files, done.raw_bytes, done.read_bytes, done.written_bytes, done.left_out.size()};
  }

  fs::path mount_;
  std::size_t number_;
  const MountParcel& in_;
  const MountParcel& out_;
  std::size_t threads_;
  const sys::Cancel& cancel_;
};

}  // namespace

void work_on_mounts(MountWork work, const fs::path& mounts, const MountParcel& in, const MountParcel& out,
                    std::size_t threads, const sys::Cancel& cancel) {
  for (std::size_t i = 0; fs::is_directory(mounts / std::to_string(i)); ++i) {
    out.put_result(i, MountWorker(mounts / std::to_string(i), i, in, out, threads, cancel).run(work));
  }
}

}  // namespace polyarch::cache
