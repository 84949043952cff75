#include <cerrno>
#include <fcntl.h>
#include <set>
#include <sys/stat.h>

#include "server/store.hpp"
#include "sys/files.hpp"

namespace polyarch::server {
namespace {

namespace fs = std::filesystem;

// nullopt when there is no such file.
std::optional<Blob> open_file(const fs::path& path) {
  Blob blob{sys::Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC)), 0};
  if (!blob.file && errno == ENOENT) return std::nullopt;
  struct stat status {};
  if (!blob.file || ::fstat(blob.file.get(), &status) != 0) sys::throw_errno("read " + path.string(), errno);
  blob.size = static_cast<std::uint64_t>(status.st_size);
  return blob;
}

}  // namespace

bool Store::has_content(const Digest& digest) const {
  // It may move to its place at any moment, so the place is looked at last.
  return fs::exists(paths_.staged(digest)) || fs::exists(paths_.content(digest));
}

bool Store::has_blob(const RepositoryName& name, const Digest& digest) const {
  return fs::exists(paths_.blob(name, digest)) && has_content(digest);
}

std::optional<Blob> Store::open_blob(const RepositoryName& name, const Digest& digest) const {
  if (!fs::exists(paths_.blob(name, digest))) return std::nullopt;
  auto staged = open_file(paths_.staged(digest));
  return staged ? std::move(staged) : open_file(paths_.content(digest));
}

void Store::put_blob(const RepositoryName& name, const Digest& digest, Draft& draft) {
  if (!has_content(digest)) draft.place(paths_.staged(digest));
  link(name, digest);
}

void Store::link(const RepositoryName& name, const Digest& digest) const {
  const auto path = paths_.blob(name, digest);
  make_directories(path.parent_path());
  const sys::Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
  if (!file) sys::throw_errno("write " + path.string(), errno);
}

// Brings blobs, and their belonging to the repository, to the disk.
void Store::settle(const RepositoryName& name, const std::vector<Digest>& blobs) const {
  std::set<fs::path> directories;
  for (const auto& digest : blobs) {
    move_synced(paths_.staged(digest), paths_.content(digest));
    // Also when another thread has moved it: that one may not have come to this yet.
    for (const auto& path : {paths_.content(digest), paths_.blob(name, digest)}) {
      if (fs::exists(path)) directories.insert(path.parent_path());
    }
  }
  for (const auto& directory : directories) sync_directory(directory);
}

bool Store::mount_blob(const RepositoryName& name, const Digest& digest, const std::optional<RepositoryName>& from) {
  if (from ? !has_blob(*from, digest) : !has_content(digest)) return false;
  link(name, digest);
  return true;
}

bool Store::remove_blob(const RepositoryName& name, const Digest& digest) {
  const auto path = paths_.blob(name, digest);
  if (!fs::remove(path)) return false;
  sync_directory(path.parent_path());
  return true;
}

}  // namespace polyarch::server
