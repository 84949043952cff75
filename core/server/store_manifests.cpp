#include <algorithm>
#include <set>

#include "base/error.hpp"
#include "server/store.hpp"
#include "sys/files.hpp"

namespace polyarch::server {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_note = 64U << 10;  // a media type or a digest

// nullopt when there is no such file.
std::optional<std::string> read_if_present(const fs::path& path, std::size_t max_bytes) {
  if (!fs::exists(path)) return std::nullopt;
  try {
    return sys::read_file(path, max_bytes);
  } catch (const Error&) {
    if (!fs::exists(path)) return std::nullopt;  // removed meanwhile
    throw;
  }
}

bool remove_synced(const fs::path& path) {
  if (!fs::remove(path)) return false;
  sync_directory(path.parent_path());
  return true;
}

// The names in a directory in byte order; none when it is missing.
std::vector<std::string> entries(const fs::path& directory) {
  std::vector<std::string> names;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(directory, missing)) names.push_back(entry.path().filename());
  std::ranges::sort(names);
  return names;
}

std::vector<Digest> digests(const fs::path& directory) {
  std::vector<Digest> found;
  for (const auto& name : entries(directory)) {
    if (const auto digest = Paths::digest_of(name)) found.push_back(*digest);
  }
  return found;
}

}  // namespace

bool Store::has_manifest(const RepositoryName& name, const Digest& digest) const {
  return fs::exists(paths_.manifest(name, digest)) && fs::exists(paths_.content(digest));
}

std::optional<StoredManifest> Store::manifest(const RepositoryName& name, const Digest& digest) const {
  auto media_type = read_if_present(paths_.manifest(name, digest), max_note);
  if (!media_type) return std::nullopt;
  auto bytes = read_if_present(paths_.content(digest), max_manifest_);
  if (!bytes) return std::nullopt;
  return StoredManifest{std::move(*media_type), std::move(*bytes)};
}

void Store::put_manifest(const RepositoryName& name, const Digest& digest, std::string_view bytes,
                         const ManifestFacts& facts, const std::vector<Tag>& tags) {
  const auto known = [&] {
    return has_manifest(name, digest) && read_if_present(paths_.manifest(name, digest), max_note) == facts.media_type;
  };
  const auto write_tags = [&] {
    std::set<fs::path> files;
    for (const auto& tag : tags) files.insert(paths_.tag(name, tag));
    if (!files.empty()) write(files, digest.str());
  };
  {
    // A known one only gets its tags, side by side with others: the disk then has one wait for all of them.
    const std::shared_lock lock(manifests_);
    if (known()) return write_tags();
  }
  auto blobs = facts.blobs;
  blobs.push_back(digest);  // may have come as a blob
  settle(name, blobs);
  const std::lock_guard lock(manifests_);
  if (!known()) {
    if (!fs::exists(paths_.content(digest))) write({paths_.content(digest)}, bytes);
    if (facts.subject) {
      const auto descriptor = facts.referrer(digest, bytes.size()).dump();
      write({paths_.referrers(name, *facts.subject) / Paths::file_name(digest)}, descriptor);
    }
    write({paths_.manifest(name, digest)}, facts.media_type);
  }
  write_tags();
}

bool Store::remove_manifest(const RepositoryName& name, const Digest& digest) {
  const std::lock_guard lock(manifests_);
  const auto stored = manifest(name, digest);
  if (!stored) return false;
  for (const auto& text : this->tags(name)) {
    const auto tag = Tag::parse(text);
    if (resolve(name, *tag) == digest) remove_synced(paths_.tag(name, *tag));
  }
  remove_synced(paths_.manifest(name, digest));
  const auto facts = read_manifest(stored->bytes, stored->media_type);
  if (facts.subject) remove_synced(paths_.referrers(name, *facts.subject) / Paths::file_name(digest));
  return true;
}

std::optional<Digest> Store::resolve(const RepositoryName& name, const Tag& tag) const {
  const auto text = read_if_present(paths_.tag(name, tag), max_note);
  return text ? std::optional(Digest::parse(*text)) : std::nullopt;
}

bool Store::remove_tag(const RepositoryName& name, const Tag& tag) {
  const std::lock_guard lock(manifests_);
  return remove_synced(paths_.tag(name, tag));
}

std::vector<Digest> Store::manifests(const RepositoryName& name) const {
  return digests(paths_.manifests(name));
}

std::vector<Digest> Store::blobs(const RepositoryName& name) const {
  return digests(paths_.links(name));
}

std::vector<std::string> Store::tags(const RepositoryName& name) const {
  auto names = entries(paths_.tags(name));
  std::erase_if(names, [](const std::string& text) { return !Tag::parse(text); });
  return names;
}

std::vector<Json> Store::referrers(const RepositoryName& name, const Digest& subject) const {
  std::vector<Json> descriptors;
  const auto directory = paths_.referrers(name, subject);
  for (const auto& entry : entries(directory)) {
    const auto text = read_if_present(directory / entry, max_manifest_);
    // A removal that was cut short may leave the descriptor behind.
    if (text && fs::exists(paths_.manifests(name) / entry)) {
      descriptors.push_back(parse_json(*text, (directory / entry).string()));
    }
  }
  return descriptors;
}

}  // namespace polyarch::server
