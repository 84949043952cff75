#include "server/garbage.hpp"

#include <set>

namespace polyarch::server {
namespace {

namespace fs = std::filesystem;

using Digests = std::set<Digest>;

// Every digest that stands in a manifest, of whatever type it is, and in whichever member: rather too many than too
// few.
Digests mentioned(std::string_view manifest) {
  Digests found;
  for (const auto& [algorithm, length] : {std::pair{std::string_view("sha256:"), 64U}, {"sha512:", 128U}}) {
    for (auto at = manifest.find(algorithm); at != manifest.npos; at = manifest.find(algorithm, at + 1)) {
      const auto text = manifest.substr(at, algorithm.size() + length);
      if (Digest::valid(text)) found.insert(Digest::parse(text));
    }
  }
  return found;
}

struct Stored {
  Digests mentioned;
  std::optional<Digest> subject;
};

std::map<Digest, Stored> read_manifests(const Store& store, const RepositoryName& name) {
  std::map<Digest, Stored> all;
  for (const auto& digest : store.manifests(name)) {
    const auto manifest = store.manifest(name, digest);
    if (!manifest) continue;
    const auto facts = read_manifest(manifest->bytes, manifest->media_type);
    auto& stored = all[digest];
    stored = {mentioned(manifest->bytes), facts.subject};
    stored.mentioned.insert(facts.blobs.begin(), facts.blobs.end());
    stored.mentioned.insert(facts.manifests.begin(), facts.manifests.end());
  }
  return all;
}

// The manifests that tags lead to.
Digests tagged(const Store& store, const RepositoryName& name, const std::map<Digest, Stored>& manifests) {
  Digests kept;
  std::vector<Digest> next;
  for (const auto& tag : store.tags(name)) {
    if (const auto digest = store.resolve(name, *Tag::parse(tag))) next.push_back(*digest);
  }
  while (!next.empty()) {
    const auto digest = next.back();
    next.pop_back();
    const auto found = manifests.find(digest);
    if (found == manifests.end() || !kept.insert(digest).second) continue;
    next.insert(next.end(), found->second.mentioned.begin(), found->second.mentioned.end());
    for (const auto& [other, stored] : manifests) {
      if (stored.subject == digest) next.push_back(other);
    }
  }
  return kept;
}

void find_in(const Store& store, const RepositoryName& name, bool untagged, Garbage& garbage, Digests& owned) {
  const auto manifests = read_manifests(store, name);
  const auto kept = untagged ? tagged(store, name, manifests) : Digests{};
  Digests needed;
  for (const auto& [digest, stored] : manifests) {
    if (untagged && !kept.contains(digest)) {
      garbage.manifests.emplace_back(name, digest);
      continue;
    }
    owned.insert(digest);
    needed.insert(stored.mentioned.begin(), stored.mentioned.end());
  }
  for (const auto& blob : store.blobs(name)) {
    needed.contains(blob) ? void(owned.insert(blob)) : void(garbage.blobs.emplace_back(name, blob));
  }
}

void find_content(const Store& store, const Digests& owned, Garbage& garbage) {
  for (const auto& algorithm : fs::directory_iterator(store.paths().blobs())) {
    if (!algorithm.is_directory()) continue;  // not ours, as are directories below
    for (const auto& entry : fs::directory_iterator(algorithm.path())) {
      if (entry.is_directory()) continue;
      const auto text = algorithm.path().filename().string() + ":" + entry.path().filename().string();
      if (Digest::valid(text) && owned.contains(Digest::parse(text))) continue;
      garbage.bytes += entry.file_size();
      garbage.content.push_back(entry.path());
    }
  }
}

}  // namespace

Garbage find_unowned_content(const Store& store) {
  Garbage garbage;
  Digests owned;
  for (const auto& name : store.repositories()) {
    for (const auto& digest : store.manifests(name)) owned.insert(digest);
    for (const auto& digest : store.blobs(name)) owned.insert(digest);
  }
  find_content(store, owned, garbage);
  return garbage;
}

Garbage find_garbage(const Store& store, bool untagged) {
  Garbage garbage;
  Digests owned;
  for (const auto& name : store.repositories()) find_in(store, name, untagged, garbage, owned);
  find_content(store, owned, garbage);
  return garbage;
}

void remove_garbage(Store& store, const Garbage& garbage) {
  for (const auto& [name, digest] : garbage.manifests) store.remove_manifest(name, digest);
  for (const auto& [name, digest] : garbage.blobs) store.remove_blob(name, digest);
  for (const auto& path : garbage.content) fs::remove(path);
}

}  // namespace polyarch::server
