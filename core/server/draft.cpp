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
  Hasher hasher(algorithm);
  std::vector<char> buffer(1U << 18);
  std::uint64_t offset = 0;
  while (const auto got = read_at(file_.get(), buffer.data(), buffer.size(), offset)) {
    hasher.update({buffer.data(), got});
    offset += got;
  }
  return hasher.finish();
}

void Draft::commit(const fs::path& target) {
  if (::fchmod(file_.get(), 0644) != 0 || ::fsync(file_.get()) != 0) {
    sys::throw_errno("write " + target.string(), errno);
  }
  std::error_code error;
  fs::create_directories(target.parent_path(), error);
  if (error) sys::throw_errno("create " + target.parent_path().string(), error.value());
  if (::rename(path_.c_str(), target.c_str()) != 0) sys::throw_errno("write " + target.string(), errno);
  path_.clear();
  sync_directory(target.parent_path());
}

void sync_directory(const fs::path& directory) {
  const sys::Descriptor opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened || ::fsync(opened.get()) != 0) sys::throw_errno("sync " + directory.string(), errno);
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
