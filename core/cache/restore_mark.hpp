#pragma once
#include <filesystem>

#include "sys/descriptor.hpp"

namespace polyarch::cache {

// Tells a tree that a restore was killed in from one that is whole: a file in the root, from before the first change to
// the end, locked by whoever restores. Half a tree must not become the next snapshot. A root that takes no such file
// has no mark.
class RestoreMark {
 public:
  explicit RestoreMark(const std::filesystem::path& root);
  // Nobody else restores into this root, nor begins to until share().
  bool alone() const { return alone_; }
  void share();
  // The tree is whole, or as good as it gets. Stays as long as another restore needs it.
  void remove();

 private:
  std::filesystem::path path_;
  sys::Descriptor file_;
  bool alone_ = false;
};

// A restore into `root` was killed, and no other has come to its end since.
bool left_unfinished(const std::filesystem::path& root);
std::filesystem::path mark_of_restore(const std::filesystem::path& root);

}  // namespace polyarch::cache
