#include "server/store.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>

#include "base/error.hpp"
#include "sys/files.hpp"

namespace polyarch::server {
namespace {

namespace fs = std::filesystem;

bool holds(const fs::path& file, const Digest& digest) {
  const sys::Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!opened) sys::throw_errno("read " + file.string(), errno);
  return digest_of(opened.get(), digest.algorithm()) == digest;
}

}  // namespace

Store::Store(const fs::path& root, std::uint64_t max_manifest, Access access)
    : paths_(fs::absolute(root)), max_manifest_(max_manifest) {
  try {
    claim(access);
    if (access == Access::write) recover();
  } catch (const fs::filesystem_error& error) {
    throw Error(ErrorKind::storage,
                fmt::format("cannot open the registry in {}: {}", paths_.root().string(), error.what()));
  }
}

void Store::claim(Access access) {
  const bool reads = access == Access::read;
  if (!reads) make_directories(paths_.root());
  if (!fs::exists(paths_.marker()) && (reads || !fs::is_empty(paths_.root()))) {
    throw Error(ErrorKind::storage, fmt::format("{} holds no registry", paths_.root().string()),
                reads ? "choose a directory that `polyarch registry serve` made"
                      : "choose an empty directory, or one that `polyarch registry serve` made");
  }
  lock_ = sys::Descriptor(::open(paths_.marker().c_str(), (reads ? O_RDONLY : O_RDWR | O_CREAT) | O_CLOEXEC, 0644));
  if (!lock_) sys::throw_errno("open " + paths_.marker().string(), errno);
  if (::flock(lock_.get(), (reads ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0) {
    throw Error(ErrorKind::storage, fmt::format("a registry is serving {}", paths_.root().string()),
                "end it first, or choose another directory");
  }
}

// Uploads ended with their process. Blobs that were whole are kept, unless a power cut took some of their bytes.
void Store::recover() const {
  for (const auto& directory : {paths_.drafts(), paths_.staged(), paths_.blobs(), paths_.repositories()}) {
    make_directories(directory);
  }
  for (const auto& entry : fs::directory_iterator(paths_.drafts())) fs::remove_all(entry.path());
  for (const auto& entry : fs::directory_iterator(paths_.staged())) {
    const auto digest = Paths::digest_of(entry.path().filename());
    if (digest && holds(entry.path(), *digest)) {
      move_synced(entry.path(), paths_.content(*digest));
      sync_directory(paths_.content(*digest).parent_path());
    } else {
      fs::remove_all(entry.path());
    }
  }
}

void Store::write(const std::set<fs::path>& names, std::string_view bytes) const {
  auto file = draft();
  file.append(bytes);
  file.commit(names);
}

bool Store::has_repository(const RepositoryName& name) const {
  return fs::exists(paths_.links(name)) || fs::exists(paths_.manifests(name));
}

std::vector<RepositoryName> Store::repositories() const {
  std::vector<RepositoryName> names;
  auto entries = fs::recursive_directory_iterator(paths_.repositories());
  for (auto entry = begin(entries); entry != end(entries); ++entry) {
    if (entry->path().filename().string().starts_with('_')) {
      entry.disable_recursion_pending();
      continue;
    }
    const auto name = RepositoryName::parse(fs::relative(entry->path(), paths_.repositories()).string());
    if (name && has_repository(*name)) names.push_back(*name);
  }
  std::ranges::sort(names, {}, &RepositoryName::str);
  return names;
}

}  // namespace polyarch::server
