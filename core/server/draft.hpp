#pragma once
#include <cstdint>
#include <filesystem>
#include <set>
#include <string_view>

#include "base/digest.hpp"
#include "sys/descriptor.hpp"

namespace polyarch::server {

// A file that is being written out of sight. It becomes visible, whole, by `commit` or `place`, or not at all.
class Draft {
 public:
  explicit Draft(const std::filesystem::path& directory);
  ~Draft();
  Draft(Draft&&) noexcept;
  Draft& operator=(Draft&&) = delete;

  void append(std::string_view bytes);
  // The digest of all that was appended, read back from the file.
  Digest digest(std::string_view algorithm) const;
  // Moves the file to `targets`, at least one, in one directory of the same file system: links of one file where
  // there are links, so that many cost no more than one. Replaces what is there, and makes the directory if it is
  // missing. It survives a power cut.
  void commit(const std::set<std::filesystem::path>& targets);
  // As commit, surviving the end of the process only: its bytes are merely on their way to the disk.
  void place(const std::filesystem::path& target);

 private:
  void show() const;
  void link(const std::filesystem::path& target) const;
  void move(const std::filesystem::path& target);

  std::filesystem::path path_;  // empty once committed
  sys::Descriptor file_;
};

// The digest of a whole file.
Digest digest_of(int file, std::string_view algorithm);

// Makes the entries of a directory survive a power cut.
void sync_directory(const std::filesystem::path& directory);
// Makes a directory with its parents, as far as they are missing, so that they survive a power cut.
void make_directories(const std::filesystem::path& directory);
// Makes the bytes of `from` survive a power cut, and moves it to `to`, whose directory the caller has to sync. False
// when there is no such file.
bool move_synced(const std::filesystem::path& from, const std::filesystem::path& to);

// Up to `size` bytes at `offset`; fewer only at the end of the file.
std::size_t read_at(int file, char* buffer, std::size_t size, std::uint64_t offset);

}  // namespace polyarch::server
