#include "server/store.hpp"

#include <cerrno>
#include <fcntl.h>
#include <fmt/core.h>
#include <set>
#include <sys/file.h>

#include "base/error.hpp"
#include "sys/files.hpp"

namespace polyarch::server {
namespace {

namespace fs = std::filesystem;

void make_directory(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) sys::throw_errno("create " + path.string(), error.value());
}

// The files names of all content that a repository names, as Paths::file_name makes them.
std::set<std::string> named_content(const fs::path& repositories) {
  std::set<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(repositories)) {
    const auto kind = entry.path().parent_path().filename();
    if (kind == "_blobs" || kind == "_manifests") names.insert(entry.path().filename().string());
  }
  return names;
}

}  // namespace

Store::Store(fs::path root, std::uint64_t max_manifest) : paths_(std::move(root)), max_manifest_(max_manifest) {
  try {
    claim();
    for (const auto& directory : {paths_.drafts(), paths_.blobs(), paths_.repositories()}) make_directory(directory);
    sweep();
  } catch (const fs::filesystem_error& error) {
    throw Error(ErrorKind::storage,
                fmt::format("cannot open the registry in {}: {}", paths_.root().string(), error.what()));
  }
}

void Store::claim() {
  make_directory(paths_.root());
  if (!fs::exists(paths_.marker()) && !fs::is_empty(paths_.root())) {
    throw Error(ErrorKind::storage, fmt::format("{} holds something else than a registry", paths_.root().string()),
                "choose an empty directory, or one that `polyarch registry serve` made");
  }
  lock_ = sys::Descriptor(::open(paths_.marker().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!lock_) sys::throw_errno("open " + paths_.marker().string(), errno);
  if (::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0) {
    throw Error(ErrorKind::storage, fmt::format("another registry serves {}", paths_.root().string()),
                "end the other one, or choose another directory");
  }
}

void Store::sweep() const {
  for (const auto& entry : fs::directory_iterator(paths_.drafts())) fs::remove_all(entry.path());
  const auto named = named_content(paths_.repositories());
  for (const auto& algorithm : fs::directory_iterator(paths_.blobs())) {
    for (const auto& entry : fs::directory_iterator(algorithm.path())) {
      const auto name = algorithm.path().filename().string() + "-" + entry.path().filename().string();
      if (!named.contains(name)) fs::remove(entry.path());
    }
  }
}

void Store::write(const fs::path& path, std::string_view bytes) const {
  auto file = draft();
  file.append(bytes);
  file.commit(path);
}

bool Store::has_repository(const RepositoryName& name) const {
  const auto directory = paths_.repository(name);
  return fs::exists(directory / "_blobs") || fs::exists(directory / "_manifests");
}

}  // namespace polyarch::server
