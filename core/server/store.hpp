#pragma once
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <vector>

#include "base/digest.hpp"
#include "base/json.hpp"
#include "server/draft.hpp"
#include "server/manifest.hpp"
#include "server/message.hpp"
#include "server/names.hpp"
#include "server/paths.hpp"
#include "sys/descriptor.hpp"

namespace polyarch::server {

struct StoredManifest {
  std::string media_type;
  std::string bytes;
};

enum class Access { read, write };

// A directory of content and of the repositories that name it. Every change is one atomic rename, so a kill at any
// moment leaves what was there before or after. A blob that was put survives the end of the process; once a manifest
// names it, blob, manifest and tag survive a power cut, too. Safe for several threads.
class Store {
 public:
  // `write` takes the directory for this process alone, and clears up what an earlier one left half done; `read` shares
  // it with other readers. Throws Error{storage} when another registry uses it, or when it holds something else.
  explicit Store(const std::filesystem::path& root, std::uint64_t max_manifest, Access access = Access::write);

  Draft draft() const { return Draft(paths_.drafts()); }
  bool has_repository(const RepositoryName& name) const;

  bool has_blob(const RepositoryName& name, const Digest& digest) const;
  std::optional<Blob> open_blob(const RepositoryName& name, const Digest& digest) const;
  // `draft` holds the content of `digest`: the caller has checked it.
  void put_blob(const RepositoryName& name, const Digest& digest, Draft& draft);
  // Makes a blob of repository `from` (nullopt: of any) one of `name` too. False when there is none.
  bool mount_blob(const RepositoryName& name, const Digest& digest, const std::optional<RepositoryName>& from);
  // False when it was not there. The content stays for other repositories.
  bool remove_blob(const RepositoryName& name, const Digest& digest);

  bool has_manifest(const RepositoryName& name, const Digest& digest) const;
  std::optional<StoredManifest> manifest(const RepositoryName& name, const Digest& digest) const;
  // `facts` were read from `bytes`, whose digest is `digest`: the caller has checked it.
  void put_manifest(const RepositoryName& name, const Digest& digest, std::string_view bytes,
                    const ManifestFacts& facts, const std::vector<Tag>& tags);
  // Removes its tags, too. False when it was not there.
  bool remove_manifest(const RepositoryName& name, const Digest& digest);

  std::optional<Digest> resolve(const RepositoryName& name, const Tag& tag) const;
  bool remove_tag(const RepositoryName& name, const Tag& tag);
  // The names of all repositories, manifests, blobs and tags, in byte order.
  std::vector<RepositoryName> repositories() const;
  std::vector<Digest> manifests(const RepositoryName& name) const;
  std::vector<Digest> blobs(const RepositoryName& name) const;
  std::vector<std::string> tags(const RepositoryName& name) const;
  // The descriptors of the manifests whose subject is `subject`, in the order of their digests.
  std::vector<Json> referrers(const RepositoryName& name, const Digest& subject) const;

  const Paths& paths() const { return paths_; }

 private:
  void claim(Access access);
  void recover() const;
  bool has_content(const Digest& digest) const;
  void link(const RepositoryName& name, const Digest& digest) const;
  void settle(const RepositoryName& name, const std::vector<Digest>& blobs) const;
  void write(const std::set<std::filesystem::path>& names, std::string_view bytes) const;

  Paths paths_;
  std::uint64_t max_manifest_;
  sys::Descriptor lock_;
  std::shared_mutex manifests_;  // one change of manifests and tags at a time, but for new tags of known manifests
};

}  // namespace polyarch::server
