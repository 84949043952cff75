#pragma once
#include <filesystem>

#include "cache/blob_store.hpp"

namespace polyarch::cache {

// Blobs as files of a directory, each named by its 64 hex digits.
class DirectoryStore final : public BlobStore {
 public:
  // Makes the directory when it is missing.
  explicit DirectoryStore(std::filesystem::path directory);
  bool put(const Digest& digest, std::string_view bytes) override;
  std::string get(const Digest& digest, std::uint64_t size) override;

  bool has(const Digest& digest) const { return std::filesystem::exists(path(digest)); }
  std::filesystem::path path(const Digest& digest) const { return directory_ / digest.hex(); }

 private:
  std::filesystem::path directory_;
};

}  // namespace polyarch::cache
