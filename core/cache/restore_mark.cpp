#include "cache/restore_mark.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "cache/tree.hpp"

namespace polyarch::cache {

std::filesystem::path mark_of_restore(const std::filesystem::path& root) {
  return root / (std::string(part_prefix) + "tree");
}

RestoreMark::RestoreMark(const std::filesystem::path& root)
    : path_(mark_of_restore(root)), file_(::open(path_.c_str(), O_CREAT | O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0600)) {
  alone_ = file_ && ::flock(file_.get(), LOCK_EX | LOCK_NB) == 0;
  if (file_ && !alone_) share();
}

void RestoreMark::share() {
  if (file_) ::flock(file_.get(), LOCK_SH);
}

void RestoreMark::remove() {
  if (file_ && ::flock(file_.get(), LOCK_EX | LOCK_NB) == 0) ::unlink(path_.c_str());
  file_.reset();
}

bool left_unfinished(const std::filesystem::path& root) {
  const sys::Descriptor mark(::open(mark_of_restore(root).c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!mark) return errno != ENOENT && errno != ENOTDIR;
  return ::flock(mark.get(), LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
}

}  // namespace polyarch::cache
