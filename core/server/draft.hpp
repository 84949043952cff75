#pragma once
#include <cstdint>
#include <filesystem>
#include <string_view>

#include "base/digest.hpp"
#include "sys/descriptor.hpp"

namespace polyarch::server {

// A file that is being written out of sight. It becomes visible, whole and synced, by `commit`, or not at all.
class Draft {
 public:
  explicit Draft(const std::filesystem::path& directory);
  ~Draft();
  Draft(Draft&&) noexcept;
  Draft& operator=(Draft&&) = delete;

  void append(std::string_view bytes);
  // The digest of all that was appended, read back from the file.
  Digest digest(std::string_view algorithm) const;
  // Moves the file to `target` on the same file system, replacing what is there, and makes missing directories.
  void commit(const std::filesystem::path& target);

 private:
  std::filesystem::path path_;  // empty once committed
  sys::Descriptor file_;
};

// Makes the entries of a directory survive a power cut.
void sync_directory(const std::filesystem::path& directory);

// Up to `size` bytes at `offset`; fewer only at the end of the file.
std::size_t read_at(int file, char* buffer, std::size_t size, std::uint64_t offset);

}  // namespace polyarch::server
