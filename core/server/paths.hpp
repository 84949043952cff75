#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "base/digest.hpp"
#include "server/names.hpp"

namespace polyarch::server {

// Where the store keeps what. Content lies as in an OCI layout; a repository holds names of content, so that it shows
// only what was pushed or mounted to it. No component of a repository's name starts with "_", so that none collides.
class Paths {
 public:
  explicit Paths(std::filesystem::path root) : root_(std::move(root)) {}

  const std::filesystem::path& root() const { return root_; }
  // Says that the directory is a store of ours, and holds its lock.
  std::filesystem::path marker() const { return root_ / "polyarch-registry"; }
  std::filesystem::path drafts() const { return root_ / "drafts"; }
  // Blobs that are whole and may not be on the disk yet, by file_name: no manifest names them.
  std::filesystem::path staged() const { return root_ / "staged"; }
  std::filesystem::path staged(const Digest& digest) const { return staged() / file_name(digest); }
  std::filesystem::path blobs() const { return root_ / "blobs"; }
  std::filesystem::path repositories() const { return root_ / "repositories"; }

  std::filesystem::path content(const Digest& digest) const { return blobs() / digest.algorithm() / digest.hex(); }
  std::filesystem::path repository(const RepositoryName& name) const { return repositories() / name.str(); }
  // An empty file.
  std::filesystem::path blob(const RepositoryName& name, const Digest& digest) const {
    return links(name) / file_name(digest);
  }
  std::filesystem::path links(const RepositoryName& name) const { return repository(name) / "_blobs"; }
  // Holds the media type.
  std::filesystem::path manifest(const RepositoryName& name, const Digest& digest) const {
    return manifests(name) / file_name(digest);
  }
  std::filesystem::path manifests(const RepositoryName& name) const { return repository(name) / "_manifests"; }
  std::filesystem::path tags(const RepositoryName& name) const { return repository(name) / "_tags"; }
  // Holds the digest.
  std::filesystem::path tag(const RepositoryName& name, const Tag& tag) const { return tags(name) / tag.str(); }
  // A file for each manifest whose subject is `subject`, named by its digest; holds its descriptor.
  std::filesystem::path referrers(const RepositoryName& name, const Digest& subject) const {
    return repository(name) / "_referrers" / file_name(subject);
  }

  static std::string file_name(const Digest& digest) {
    return std::string(digest.algorithm()) + "-" + std::string(digest.hex());
  }
  // The digest in a file_name; nullopt when it is none.
  static std::optional<Digest> digest_of(std::string file_name) {
    if (const auto dash = file_name.find('-'); dash != file_name.npos) file_name[dash] = ':';
    return Digest::valid(file_name) ? std::optional(Digest::parse(file_name)) : std::nullopt;
  }

 private:
  std::filesystem::path root_;
};

}  // namespace polyarch::server
