#pragma once
#include <filesystem>
#include <string>
#include <string_view>

namespace polyarch::sys {

// The whole file; throws Error{input} (missing, a directory), Error{permission}, or Error{input} when over `max_bytes`.
std::string read_file(const std::filesystem::path& path, std::size_t max_bytes);

// Writes beside `path`, syncs, and renames: a reader sees the old file or the new one. What is no regular file, such as
// /dev/stdout, is written to instead. Throws Error{storage}, Error{permission}, or Error{input} (no such directory).
// `mode`: permission bits of the new file.
void write_file(const std::filesystem::path& path, std::string_view bytes, unsigned mode = 0644);

// Writes behind what `path` holds; makes it when it is not there. Throws as above.
void append_file(const std::filesystem::path& path, std::string_view bytes);

// A private directory (mode 0700) under $TMPDIR, removed with all that is in it at the end.
class TemporaryDirectory {
 public:
  explicit TemporaryDirectory(std::string_view prefix = "polyarch-");
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Throws the Error that fits errno: ENOSPC and EDQUOT → storage with a hint, EACCES and EPERM → permission, no
// such file → input, else storage. `doing` reads like "write /x/y".
[[noreturn]] void throw_errno(std::string_view doing, int error_number);

}  // namespace polyarch::sys
