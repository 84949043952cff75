#include "cache/beneath.hpp"

#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <linux/openat2.h>
#include <memory>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cache/path_text.hpp"
#include "sys/files.hpp"

namespace polyarch::cache {
namespace {

int open_beneath(int directory, const std::string& path, int flags, unsigned mode = 0) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
  how.mode = mode;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  return static_cast<int>(::syscall(SYS_openat2, directory, path.c_str(), &how, sizeof how));
}

}  // namespace

Beneath::Beneath(const std::filesystem::path& root) : root_(root.string()) {
  std::error_code error;
  std::filesystem::create_directories(root, error);
  directory_ = sys::Descriptor(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory_) sys::throw_errno("write to " + root_, errno);
}

void Beneath::fail(const char* doing, const std::string& path, int error) const {
  const auto shown = root_ + "/" + text::printable(path_to_text(path));
  if (error == ELOOP || error == EXDEV) {
    throw Error(ErrorKind::input, fmt::format("{} leads through a symbolic link", shown),
                "remove the link, or restore into another directory");
  }
  if (error == ENOSYS) throw Error(ErrorKind::failed, "this kernel has no openat2: Linux 5.6 or newer is needed");
  sys::throw_errno(fmt::format("{} {}", doing, shown), error);
}

Beneath::Place Beneath::place(const std::string& path) const {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return {sys::Descriptor(::dup(directory_.get())), path};
  return {open(path.substr(0, slash), O_PATH | O_DIRECTORY), path.substr(slash + 1)};
}

sys::Descriptor Beneath::open(const std::string& path, int flags) const {
  sys::Descriptor opened(open_beneath(directory_.get(), path, flags));
  if (!opened) fail("open", path, errno);
  return opened;
}

// Only what is no directory: a directory with content is not ours to remove.
void Beneath::clear(const Place& place) const {
  if (::unlinkat(place.directory.get(), place.name.c_str(), 0) == 0 || errno == ENOENT) return;
  const bool removed = ::unlinkat(place.directory.get(), place.name.c_str(), AT_REMOVEDIR) == 0;
  if (!removed) fail("replace", place.name, errno);
}

bool Beneath::make_directory(const std::string& path) const {
  const auto where = place(path);
  if (::mkdirat(where.directory.get(), where.name.c_str(), 0700) == 0) return true;
  if (errno != EEXIST) fail("make", path, errno);
  struct stat status {};
  if (::fstatat(where.directory.get(), where.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
      S_ISDIR(status.st_mode)) {
    // One that forbids writing (Go's module cache) is filled first; its mode comes last. What is not ours stays as it
    // is.
    ::fchmodat(where.directory.get(), where.name.c_str(), (status.st_mode & 07777U) | 0700U, 0);
    return false;
  }
  clear(where);
  if (::mkdirat(where.directory.get(), where.name.c_str(), 0700) != 0) fail("make", path, errno);
  return true;
}

void Beneath::remove_numbered(const std::string& path, std::string_view prefix) const {
  const auto opened = open(path, O_RDONLY | O_DIRECTORY);
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::fdopendir(::dup(opened.get())), ::closedir);
  if (!directory) fail("read", path, errno);
  while (const auto* entry = ::readdir(directory.get())) {
    const std::string_view name = entry->d_name;
    const bool numbered = name.starts_with(prefix) && text::to_number(name.substr(prefix.size()));
    if (numbered) ::unlinkat(::dirfd(directory.get()), entry->d_name, 0);
  }
}

sys::Descriptor Beneath::make_part(const Place& place, const std::string& part) const {
  constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
  sys::Descriptor made(open_beneath(place.directory.get(), part, flags, 0600));
  if (!made && errno == EEXIST) {
    ::unlinkat(place.directory.get(), part.c_str(), 0);  // of a restore that was killed
    made = sys::Descriptor(open_beneath(place.directory.get(), part, flags, 0600));
  }
  if (!made) fail("make", place.name, errno);
  return made;
}

sys::Descriptor Beneath::open_part(const Place& place, const std::string& part) const {
  sys::Descriptor opened(open_beneath(place.directory.get(), part, O_WRONLY | O_NOFOLLOW));
  if (!opened) fail("open", place.name, errno);
  return opened;
}

int Beneath::make_whiteout_part(const Place& place, const std::string& part) const {
  const auto make = [&] { return ::mknodat(place.directory.get(), part.c_str(), S_IFCHR | 0600, makedev(0, 0)); };
  if (make() == 0) return 0;
  if (errno == EEXIST) {
    ::unlinkat(place.directory.get(), part.c_str(), 0);  // of a restore that was killed
    if (make() == 0) return 0;
  }
  if (errno != EPERM && errno != EOPNOTSUPP) fail("make", place.name, errno);
  return errno;
}

void Beneath::put_in_place(const Place& place, const std::string& part) const {
  const int directory = place.directory.get();
  if (::renameat(directory, part.c_str(), directory, place.name.c_str()) == 0) return;
  clear(place);
  if (::renameat(directory, part.c_str(), directory, place.name.c_str()) != 0) fail("replace", place.name, errno);
}

void Beneath::remove_part(const std::string& path, const std::string& part) const noexcept {
  try {
    ::unlinkat(place(path).directory.get(), part.c_str(), 0);
  } catch (const Error&) {
    // Its directory is gone: so is the file.
  }
}

void Beneath::make_symlink(const std::string& path, const std::string& target) const {
  const auto where = place(path);
  clear(where);
  if (::symlinkat(target.c_str(), where.directory.get(), where.name.c_str()) != 0) fail("make", path, errno);
}

void Beneath::make_link(const std::string& path, const std::string& existing) const {
  const auto from = place(existing);
  const auto where = place(path);
  clear(where);
  if (::linkat(from.directory.get(), from.name.c_str(), where.directory.get(), where.name.c_str(), 0) != 0) {
    fail("link", path, errno);
  }
}

}  // namespace polyarch::cache
