#include "server/draft.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "sys/files.hpp"

namespace polyarch::server {
namespace {

namespace fs = std::filesystem;

}  // namespace

Draft::Draft(const fs::path& directory) {
  auto name = (directory / "draft-XXXXXX").string();
  file_ = sys::Descriptor(::mkostemp(name.data(), O_CLOEXEC));
  if (!file_) sys::throw_errno("create a file in " + directory.string(), errno);
  path_ = name;
}

Draft::~Draft() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

Draft::Draft(Draft&& other) noexcept : path_(std::exchange(other.path_, {})), file_(std::move(other.file_)) {}

void Draft::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(file_.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) sys::throw_errno("write " + path_.string(), errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

Digest Draft::digest(std::string_view algorithm) const {
  return digest_of(file_.get(), algorithm);
}

void Draft::commit(const std::set<fs::path>& targets) {
  show();
  if (::fsync(file_.get()) != 0) sys::throw_errno("write " + path_.string(), errno);
  const auto& last = *targets.rbegin();
  make_directories(last.parent_path());
  for (const auto& target : targets)
    if (target != last) link(target);
  move(last);
  sync_directory(last.parent_path());
}

void Draft::place(const fs::path& target) {
  show();
  // So that less is left to wait for when it is synced. Where this is not supported, nothing is lost.
  ::sync_file_range(file_.get(), 0, 0, SYNC_FILE_RANGE_WRITE);
  make_directories(target.parent_path());
  move(target);
}

void Draft::show() const {
  if (::fchmod(file_.get(), 0644) != 0) sys::throw_errno("write " + path_.string(), errno);
}

// By way of a name out of sight: a link cannot replace what is there. Where the file system has no links, by a copy.
void Draft::link(const fs::path& target) const {
  const auto other = path_.string() + "-other";
  if (::link(path_.c_str(), other.c_str()) == 0) {
    if (::rename(other.c_str(), target.c_str()) != 0) sys::throw_errno("write " + target.string(), errno);
    return;
  }
  fs::copy_file(path_, other);
  move_synced(other, target);
}

void Draft::move(const fs::path& target) {
  if (::rename(path_.c_str(), target.c_str()) != 0) sys::throw_errno("write " + target.string(), errno);
  path_.clear();
}

Digest digest_of(int file, std::string_view algorithm) {
  Hasher hasher(algorithm);
  std::vector<char> buffer(1U << 18);
  std::uint64_t offset = 0;
  while (const auto got = read_at(file, buffer.data(), buffer.size(), offset)) {
    hasher.update({buffer.data(), got});
    offset += got;
  }
  return hasher.finish();
}

void sync_directory(const fs::path& directory) {
  const sys::Descriptor opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened || ::fsync(opened.get()) != 0) sys::throw_errno("sync " + directory.string(), errno);
}

void make_directories(const fs::path& directory) {
  if (fs::exists(directory)) return;
  make_directories(directory.parent_path());
  if (::mkdir(directory.c_str(), 0755) != 0 && errno != EEXIST) {
    sys::throw_errno("create " + directory.string(), errno);
  }
  sync_directory(directory.parent_path());
}

bool move_synced(const fs::path& from, const fs::path& to) {
  const sys::Descriptor file(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file && errno == ENOENT) return false;
  if (!file || ::fsync(file.get()) != 0) sys::throw_errno("sync " + from.string(), errno);
  make_directories(to.parent_path());
  if (::rename(from.c_str(), to.c_str()) == 0) return true;
  if (errno != ENOENT) sys::throw_errno("write " + to.string(), errno);
  return false;  // another thread was faster
}

std::size_t read_at(int file, char* buffer, std::size_t size, std::uint64_t offset) {
  std::size_t total = 0;
  while (total < size) {
    const auto got = ::pread(file, buffer + total, size - total, static_cast<off_t>(offset + total));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) sys::throw_errno("read a stored blob", errno);
    if (got == 0) break;
    total += static_cast<std::size_t>(got);
  }
  return total;
}

}  // namespace polyarch::server
