#pragma once
#include <string>
#include <string_view>

#include "cache/catalog.hpp"

namespace polyarch::cache {

// Where the blobs of snapshots lie. Safe for several threads.
class BlobStore {
 public:
  virtual ~BlobStore() = default;
  // Keeps `bytes`, whose digest is given, unless it has them. Returns whether they had to be sent.
  virtual bool put(const Digest& digest, std::string_view bytes) = 0;
  // The whole blob, checked against digest and size; throws Error otherwise.
  virtual std::string get(const Digest& digest, std::uint64_t size) = 0;
};

}  // namespace polyarch::cache
