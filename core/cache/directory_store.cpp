#include "cache/directory_store.hpp"

#include <fmt/core.h>

#include "base/error.hpp"
#include "sys/files.hpp"

namespace polyarch::cache {

DirectoryStore::DirectoryStore(std::filesystem::path directory) : directory_(std::move(directory)) {
  std::filesystem::create_directories(directory_);
}

bool DirectoryStore::put(const Digest& digest, std::string_view bytes) {
  if (has(digest)) return false;
  sys::write_file(path(digest), bytes);
  return true;
}

std::string DirectoryStore::get(const Digest& digest, std::uint64_t size) {
  auto bytes = sys::read_file(path(digest), size);
  if (bytes.size() == size && Digest::sha256(bytes) == digest) return bytes;
  throw Error(ErrorKind::input, fmt::format("the blob {} is broken", digest.str()));
}

}  // namespace polyarch::cache
