#include "cache/snapshot_save.hpp"

#include <algorithm>
#include <atomic>
#include <fmt/core.h>
#include <mutex>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cache/cutter.hpp"
#include "cache/file_reader.hpp"
#include "cache/frame.hpp"
#include "cache/path_text.hpp"
#include "cache/restore_mark.hpp"
#include "cache/tar_member.hpp"
#include "sys/parallel.hpp"

namespace polyarch::cache {
namespace {

constexpr int attempts = 3;  // for a file that changes while it is read
constexpr std::size_t read_part = 1U << 20;

class Save {
 public:
  Save(const std::filesystem::path& root, Tree tree, BlobStore& store, const SaveOptions& options)
      : root_(root),
        tree_(std::move(tree)),
        previous_(beside(tree_.found, options.previous)),
        store_(store),
        options_(options) {}

  SaveResult run() {
    if (left_unfinished(root_)) {
      throw Error(ErrorKind::input,
                  fmt::format("a restore into {} was killed, and what it left may be half a tree", root_.string()),
                  "restore again, or remove " + mark_of_restore(root_).string() + " to save what is there");
    }
    // A build that failed leaves empty directories: they must not replace what was good.
    if (std::ranges::all_of(tree_.found, [](const Found& found) { return found.entry.type == EntryType::directory; })) {
      throw Error(ErrorKind::input, "there is nothing to save: no file is there",
                  "a snapshot that is there already stays as it is");
    }
    read_attributes();
    const auto changed = find_changes();
    auto plan = plan_snapshot(tree_.found, changed, previous_);
    entries_ = std::move(plan.entries);
    lost_.assign(entries_.size(), 0);
    write(plan.bundles);
    return finish(plan);
  }

 private:
  struct Made {
    std::vector<Piece> pieces;
    std::vector<std::size_t> entries;  // whose home and extents count from the first of `pieces`
  };

  // Left to the end: a tree that nobody has touched needs none of them.
  void read_attributes() {
    constexpr std::size_t batch = 1000;
    std::vector<std::function<void()>> tasks;
    for (std::size_t begin = 0; begin < tree_.found.size(); begin += batch) {
      tasks.emplace_back([this, begin] {
        check_cancel();
        for (std::size_t i = begin; i < std::min(begin + batch, tree_.found.size()); ++i) {
          auto& entry = tree_.found[i].entry;
          if (entry.type != EntryType::hardlink) entry.xattrs = extended_attributes(root_ / entry.path);
        }
      });
    }
    sys::run_parallel(tasks, options_.threads);
  }

  std::vector<bool> find_changes() {
    std::vector<Change> changes(tree_.found.size());
    std::vector<std::function<void()>> reads;
    for (std::size_t i = 0; i < tree_.found.size(); ++i) {
      const auto& found = tree_.found[i];
      changes[i] = compare(found.entry, previous_.entries[i], untouched(found));
      if (changes[i] == Change::unknown) reads.emplace_back([this, i, &changes] { changes[i] = read_and_compare(i); });
    }
    sys::run_parallel(reads, options_.threads);
    std::vector<bool> out;
    for (const auto change : changes) out.push_back(change != Change::none);
    return out;
  }

  const Digest* untouched(const Found& found) const {
    if (options_.seen == nullptr) return nullptr;
    const auto known = options_.seen->find(found.entry.path);
    if (known == options_.seen->end()) return nullptr;
    const auto& seen = known->second;
    const bool same = seen.stamp == found.stamp && seen.size == found.entry.size && seen.mtime == found.entry.mtime;
    return same ? &seen.content : nullptr;
  }

  Change read_and_compare(std::size_t index) {
    check_cancel();
    Hasher hasher;
    const auto read = read_steady(root_ / tree_.found[index].entry.path, read_part,
                                  [&](std::string_view bytes) { hasher.update(bytes); });
    if (!read) return Change::content;
    read_bytes_ += read->size;
    return hasher.finish() == previous_.entries[index]->content ? Change::none : Change::content;
  }

  void write(const std::vector<Bundle>& bundles) {
    made_.resize(bundles.size());
    std::vector<std::function<void()>> tasks;
    for (std::size_t i = 0; i < bundles.size(); ++i) {
      tasks.emplace_back([this, i, &bundles] {
        check_cancel();
        bundles[i].large ? write_large(bundles[i].entries.front(), made_[i]) : write_bundle(bundles[i], made_[i]);
      });
    }
    sys::run_parallel(tasks, options_.threads);
  }

  void write_bundle(const Bundle& bundle, Made& made) {
    std::string raw;
    raw.reserve(bundle_size);  // growing would take twice as much, in every thread
    for (const auto index : bundle.entries) {
      auto& entry = entries_[index];
      entry.extents.clear();
      std::string content;
      if (entry.type == EntryType::file && !read_small(index, content)) continue;
      // It was small when the tree was scanned.
      if (raw.size() + content.size() > largest_piece / 2 && !made.entries.empty()) {
        leave_out(index);
        continue;
      }
      entry.home = 0;
      raw += tar_header(entry);
      if (!content.empty()) entry.extents.push_back({0, raw.size(), content.size()});
      raw += content;
      raw.append(tar_padding(content.size()), '\0');
      made.entries.push_back(index);
    }
    if (!raw.empty()) made.pieces.push_back(keep(raw));
  }

  // false: the file cannot be had whole, and is left out.
  bool read_small(std::size_t index, std::string& content) {
    auto& entry = entries_[index];
    for (int attempt = 0; attempt < attempts; ++attempt) {
      content.clear();
      Hasher hasher;
      // A file that grew beyond what a piece holds is as good as one that changes all the time.
      const auto read = read_steady(root_ / entry.path, read_part, [&](std::string_view bytes) {
        if (content.size() <= largest_piece / 2) content += bytes;
        hasher.update(bytes);
      });
      if (!read || content.size() != read->size) continue;
      note(index, *read, hasher.finish());
      return true;
    }
    leave_out(index);
    return false;
  }

  void write_large(std::size_t index, Made& made) {
    for (int attempt = 0; attempt < attempts; ++attempt) {
      made = {};
      if (cut_file(index, made)) return;
    }
    made = {};
    leave_out(index);
  }

  bool cut_file(std::size_t index, Made& made) {
    auto& entry = entries_[index];
    entry.extents.clear();
    std::string waiting;
    waiting.reserve(largest_cut + 2 * read_part);
    Hasher hasher;
    made.pieces.push_back({});  // of the header, which is written when the size is known for sure
    // Padding goes with the last part only.
    const auto cut = [&](std::size_t size, std::size_t padding) {
      waiting.append(padding, '\0');
      entry.extents.push_back({made.pieces.size(), 0, size});
      made.pieces.push_back(keep(std::string_view(waiting).substr(0, size + padding)));
      waiting.erase(0, size + padding);
    };
    const auto read = read_steady(root_ / entry.path, read_part, [&](std::string_view bytes) {
      hasher.update(bytes);
      waiting += bytes;
      while (waiting.size() > largest_cut) cut(next_cut(waiting), 0);
    });
    if (!read || read->size < smallest_cut) return false;
    while (!waiting.empty()) {
      const auto size = next_cut(waiting);
      cut(size, size == waiting.size() ? tar_padding(read->size) : 0);
    }
    note(index, *read, hasher.finish());
    entry.home = 0;
    made.pieces.front() = keep(tar_header(entry));
    made.entries = {index};
    return true;
  }

  Piece keep(std::string_view raw) {
    const auto frame = compress_frame(raw, options_.level);
    const Piece piece{Digest::sha256(frame), frame.size(), raw.size()};
    written_bytes_ += frame.size();
    if (store_.put(piece.digest, frame)) sent_bytes_ += frame.size();
    return piece;
  }

  // What was read is what counts, not what the scan saw.
  void note(std::size_t index, const ReadFile& read, const Digest& content) {
    auto& entry = entries_[index];
    entry.size = read.size;
    entry.mtime = read.mtime;
    entry.content = content;
    tree_.found[index].stamp = read.stamp;
    read_bytes_ += read.size;
  }

  void leave_out(std::size_t index) {
    lost_[index] = 1;
    const std::lock_guard lock(mutex_);
    tree_.left_out.push_back(fmt::format("{}: it is gone, may not be read, or went on changing meanwhile",
                                         text::printable(path_to_text(entries_[index].path))));
  }

  void check_cancel() const {
    if (options_.cancel != nullptr) options_.cancel->check();
  }

  SaveResult finish(SnapshotPlan& plan) {
    SaveResult out;
    auto& catalog = out.catalog;
    for (const auto piece : plan.kept) catalog.pieces.push_back(previous_.catalog->pieces[piece]);
    for (const auto& made : made_) {
      const auto base = catalog.pieces.size();
      catalog.pieces.insert(catalog.pieces.end(), made.pieces.begin(), made.pieces.end());
      for (const auto index : made.entries) {
        entries_[index].home += base;
        for (auto& extent : entries_[index].extents) extent.piece += base;
      }
    }
    drop_orphaned_links();
    std::size_t kept = 0;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if (lost_[i] != 0) continue;
      if (kept != i) entries_[kept] = std::move(entries_[i]);
      const auto& entry = entries_[kept++];
      if (entry.type == EntryType::file) {
        ++out.files;
        out.raw_bytes += entry.size;
        out.seen[entry.path] = {tree_.found[i].stamp, entry.size, entry.mtime, entry.content};
      }
    }
    entries_.resize(kept);
    catalog.entries = std::move(entries_);
    catalog.deleted = std::move(plan.deleted);
    out.left_out = std::move(tree_.left_out);
    out.read_bytes = read_bytes_;
    out.written_bytes = written_bytes_;
    out.sent_bytes = sent_bytes_;
    return out;
  }

  void drop_orphaned_links() {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if (entries_[i].type != EntryType::hardlink) continue;
      const auto target = std::ranges::lower_bound(entries_, entries_[i].link, {}, &Entry::path);
      if (lost_[static_cast<std::size_t>(target - entries_.begin())] != 0) leave_out(i);
    }
  }

  const std::filesystem::path& root_;
  Tree tree_;
  const Previous previous_;
  BlobStore& store_;
  const SaveOptions& options_;
  std::vector<Entry> entries_;  // as they will be in the catalog; one for each that was found
  std::vector<char> lost_;      // by entry; not bits: written by several threads
  std::vector<Made> made_;      // by bundle
  std::mutex mutex_;            // of left_out
  std::atomic<std::uint64_t> read_bytes_ = 0, written_bytes_ = 0, sent_bytes_ = 0;
};

}  // namespace

SaveResult save_tree(const std::filesystem::path& root, Tree tree, BlobStore& store, const SaveOptions& options) {
  return Save(root, std::move(tree), store, options).run();
}

}  // namespace polyarch::cache
