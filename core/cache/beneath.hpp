#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "sys/descriptor.hpp"

namespace polyarch::cache {

// A directory that nothing leaves: every path is resolved below it, and never through a symbolic link, whatever stands
// there already (openat2(2), RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS; Linux 5.6). Safe for several threads.
class Beneath {
 public:
  // Makes the directory when it is missing. Throws Error{permission}, Error{storage} or Error{input}.
  explicit Beneath(const std::filesystem::path& root);

  // The directory that `path` lies in, and its last component.
  struct Place {
    sys::Descriptor directory;
    std::string name;
  };
  Place place(const std::string& path) const;
  // An existing file or directory.
  sys::Descriptor open(const std::string& path, int flags) const;

  // Makes it unless it is one; what else stands there gives way. Returns whether it was missing.
  bool make_directory(const std::string& path) const;
  // Files of that directory whose names are `prefix` and a number; "." is the root.
  void remove_numbered(const std::string& path, std::string_view prefix) const;
  // A new empty file beside a place, open for writing. It gets the place's name by put_in_place, when it is whole.
  sys::Descriptor make_part(const Place& place, const std::string& part) const;
  sys::Descriptor open_part(const Place& place, const std::string& part) const;
  // The same with an overlay whiteout: a character device 0:0, and never another. Returns an error number when the user
  // or the file system may not have one, else 0.
  int make_whiteout_part(const Place& place, const std::string& part) const;
  // What stands there gives way.
  void put_in_place(const Place& place, const std::string& part) const;
  // Absent is success, and so is what cannot be removed.
  void remove_part(const std::string& path, const std::string& part) const noexcept;
  void make_symlink(const std::string& path, const std::string& target) const;
  void make_link(const std::string& path, const std::string& existing) const;

 private:
  [[noreturn]] void fail(const char* doing, const std::string& path, int error) const;
  void clear(const Place& place) const;

  std::string root_;
  sys::Descriptor directory_;
};

}  // namespace polyarch::cache
