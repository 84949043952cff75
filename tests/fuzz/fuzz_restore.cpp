#include <algorithm>
#include <cstdint>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <sys/stat.h>

#include "base/error.hpp"
#include "cache/frame.hpp"
#include "cache/snapshot_restore.hpp"
#include "sys/files.hpp"

namespace {

using namespace polyarch;
namespace fs = std::filesystem;

constexpr std::uint64_t most_bytes = 1U << 20;  // of one restore: the disk is not what is tested

// Every piece holds the same bytes again and again, unless they are a frame themselves.
class RepeatedBytes final : public cache::BlobStore {
 public:
  RepeatedBytes(const cache::Catalog& catalog, std::string_view bytes) : bytes_(bytes.empty() ? "." : bytes) {
    for (const auto& piece : catalog.pieces) raw_sizes_.emplace(piece.digest, piece.raw_size);
  }
  bool put(const Digest& /*digest*/, std::string_view /*bytes*/) override { __builtin_trap(); }
  std::string get(const Digest& digest, std::uint64_t /*size*/) override {
    if (cache::frame_content_size(bytes_)) return bytes_;
    std::string raw;
    const auto size = raw_sizes_.at(digest);
    while (raw.size() < size) raw += bytes_.substr(0, size - raw.size());
    return cache::compress_frame(raw, 1);
  }

 private:
  std::string bytes_;
  std::map<Digest, std::uint64_t> raw_sizes_;
};

// A target in which links lead out of it, to what must stay as it is.
class Yard {
 public:
  Yard() {
    fs::create_directories(canary() / "d");
    for (const auto* name : {"f", "d/f"}) std::ofstream(canary() / name) << "mine";
    before_ = outside();
  }

  fs::path target() const { return directory_.path() / "target"; }
  void lay_out() const {
    fs::create_directories(target() / "in");
    for (const auto* name : {"d", "l", "in/d"}) fs::create_directory_symlink(canary() / "d", target() / name);
    for (const auto* name : {"f", "in/f"}) fs::create_symlink(canary() / "f", target() / name);
  }
  void check() const {
    if (outside() != before_) __builtin_trap();
  }
  // So that a user other than root can look and clear.
  void unlock() const {
    for (fs::recursive_directory_iterator each(target()), end; each != end; ++each) {
      if (!each->is_symlink() && each->is_directory()) ::chmod(each->path().c_str(), 0700);
    }
  }
  void clear() const { fs::remove_all(target()); }

 private:
  fs::path canary() const { return directory_.path() / "canary"; }
  // All that stat says of what is beside the target.
  Digest outside() const {
    std::vector<std::string> names;
    for (const auto& each : fs::directory_iterator(directory_.path())) {
      if (each.path() != target()) names.push_back(each.path().filename().string());
    }
    std::ranges::sort(names);
    return cache::fingerprint(cache::scan(directory_.path(), names, cancel_));
  }

  sys::TemporaryDirectory directory_;
  sys::Cancel cancel_;
  Digest before_;
};

bool small(const cache::Catalog& catalog) {
  std::uint64_t sum = 0;
  for (const auto& piece : catalog.pieces) sum += piece.raw_size;
  for (const auto& entry : catalog.entries) sum += std::min(entry.size, most_bytes);
  return sum < most_bytes && catalog.entries.size() < 200 && catalog.pieces.size() < 50;
}

// Files of the sizes that the catalog says, and no device but whiteouts. `whole`: all of it, else any part.
void check_target(const fs::path& target, const cache::Catalog& catalog, bool whole) {
  std::set<std::string> known;
  for (const auto& entry : catalog.entries) {
    known.insert(entry.path);
    struct stat status {};
    const auto path = target / entry.path;
    if (::lstat(path.c_str(), &status) != 0) {
      if (whole && entry.type != cache::EntryType::whiteout) __builtin_trap();
      continue;
    }
    if (whole && entry.type == cache::EntryType::file && static_cast<std::uint64_t>(status.st_size) != entry.size) {
      __builtin_trap();
    }
  }
  for (const auto& each : fs::recursive_directory_iterator(target)) {
    struct stat status {};
    if (::lstat(each.path().c_str(), &status) != 0) __builtin_trap();
    const bool device = S_ISCHR(status.st_mode) && status.st_rdev == 0;
    if (!device && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode) && !S_ISLNK(status.st_mode)) __builtin_trap();
    const bool part = each.path().filename().string().starts_with(cache::part_prefix);
    const auto name = each.path().lexically_relative(target).string();
    const bool laid = std::set<std::string>{"in", "in/d", "in/f", "d", "l", "f"}.contains(name);
    if (!known.contains(name) && !laid && (whole || !part)) __builtin_trap();
  }
}

}  // namespace

// A catalog, NUL, and bytes of its pieces. Whatever catalog is accepted, nothing outside of the target changes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Yard yard;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto end = std::min(bytes.find('\0'), bytes.size());
  cache::Catalog catalog;
  try {
    catalog = cache::parse_catalog(bytes.substr(0, end), "input");
  } catch (const Error&) {
    return 0;
  }
  if (!small(catalog)) return 0;
  RepeatedBytes store(catalog, bytes.substr(std::min(end + 1, bytes.size())));
  yard.lay_out();
  bool whole = false;
  // Over what stands there, and once more over what it wrote itself.
  for (int i = 0; i < 2; ++i) {
    const bool before = whole;
    whole = false;
    try {
      cache::restore_tree(catalog, store, yard.target(), {.threads = 2});
      whole = true;
    } catch (const Error&) {
      if (before) __builtin_trap();
    }
    yard.unlock();
    check_target(yard.target(), catalog, whole);
  }
  yard.check();
  yard.clear();
  return 0;
}
