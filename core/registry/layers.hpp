#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace polyarch::registry {

// Finds one regular file in a layer (tar, tar+gzip or tar+zstd, by its first bytes) while it streams through.
// `feed` throws Error{input} on a malformed archive or when the file is over `max_bytes`. Memory stays constant but for
// the file.
class FileExtractor {
 public:
  FileExtractor(std::string path, std::uint64_t max_bytes);  // path as in the archive, without a leading "/"
  ~FileExtractor();
  void feed(std::string_view bytes);
  bool found() const;
  std::string take();  // the file's content; valid once found()

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace polyarch::registry
