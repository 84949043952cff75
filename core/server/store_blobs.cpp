#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>

#include "server/store.hpp"
#include "sys/files.hpp"

namespace polyarch::server {
namespace {

namespace fs = std::filesystem;

// nullopt when there is no such file.
std::optional<Blob> open_content(const fs::path& path) {
  Blob blob{sys::Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC)), 0};
  if (!blob.file && errno == ENOENT) return std::nullopt;
  struct stat status {};
  if (!blob.file || ::fstat(blob.file.get(), &status) != 0) sys::throw_errno("read " + path.string(), errno);
  blob.size = static_cast<std::uint64_t>(status.st_size);
  return blob;
}

}  // namespace

bool Store::has_blob(const RepositoryName& name, const Digest& digest) const {
  return fs::exists(paths_.blob(name, digest)) && fs::exists(paths_.content(digest));
}

std::optional<Blob> Store::open_blob(const RepositoryName& name, const Digest& digest) const {
  if (!fs::exists(paths_.blob(name, digest))) return std::nullopt;
  return open_content(paths_.content(digest));
}

void Store::put_blob(const RepositoryName& name, const Digest& digest, Draft& draft) {
  if (!fs::exists(paths_.content(digest))) draft.commit(paths_.content(digest));
  if (!fs::exists(paths_.blob(name, digest))) write(paths_.blob(name, digest), "");
}

bool Store::mount_blob(const RepositoryName& name, const Digest& digest, const std::optional<RepositoryName>& from) {
  if (from && !has_blob(*from, digest)) return false;
  if (!fs::exists(paths_.content(digest))) return false;
  if (!has_blob(name, digest)) write(paths_.blob(name, digest), "");
  return true;
}

bool Store::remove_blob(const RepositoryName& name, const Digest& digest) {
  const auto link = paths_.blob(name, digest);
  if (!fs::remove(link)) return false;
  sync_directory(link.parent_path());
  return true;
}

}  // namespace polyarch::server
