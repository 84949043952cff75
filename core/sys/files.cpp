#include "sys/files.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "sys/descriptor.hpp"

namespace polyarch::sys {
namespace {

namespace fs = std::filesystem;

void write_all(int fd, std::string_view bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw_errno("write " + path.string(), errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

bool may_replace(const fs::path& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode);
}

void replace_file(const fs::path& path, std::string_view bytes, unsigned mode) {
  auto temporary = path.string() + ".XXXXXX";
  const Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!file) throw_errno("write " + path.string(), errno);
  try {
    write_all(file.get(), bytes, path);
    if (::fchmod(file.get(), mode) != 0 || ::fsync(file.get()) != 0 || ::rename(temporary.c_str(), path.c_str()) != 0) {
      throw_errno("write " + path.string(), errno);
    }
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
}

}  // namespace

void throw_errno(std::string_view doing, int error_number) {
  const auto message = fmt::format("cannot {}: {}", doing, std::strerror(error_number));
  switch (error_number) {
    case ENOSPC:
    case EDQUOT:
      throw Error(ErrorKind::storage, message, "free some disk space, or set TMPDIR to a larger disk");
    case EACCES:
    case EPERM:
    case EROFS:
      throw Error(ErrorKind::permission, message);
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
      throw Error(ErrorKind::input, message);
    default:
      throw Error(ErrorKind::storage, message);
  }
}

std::string read_file(const fs::path& path, std::size_t max_bytes) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) throw_errno("read " + path.string(), errno);
  std::string content;
  char buffer[64 << 10];
  while (true) {
    const auto got = ::read(file.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno("read " + path.string(), errno);
    if (got == 0) return content;
    content.append(buffer, static_cast<std::size_t>(got));
    if (content.size() > max_bytes) {
      throw Error(ErrorKind::input,
                  fmt::format("{} is larger than the {} bytes that are accepted", path.string(), max_bytes));
    }
  }
}

void write_file(const fs::path& path, std::string_view bytes, unsigned mode) {
  if (may_replace(path)) return replace_file(path, bytes, mode);
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
  if (!file) throw_errno("write " + path.string(), errno);
  write_all(file.get(), bytes, path);
}

void append_file(const fs::path& path, std::string_view bytes) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!file) throw_errno("write " + path.string(), errno);
  write_all(file.get(), bytes, path);
}

TemporaryDirectory::TemporaryDirectory(std::string_view prefix) {
  std::error_code problem;
  const auto parent = fs::temp_directory_path(problem);
  if (problem) throw Error(ErrorKind::input, "the directory for temporary files does not exist", "set TMPDIR to one");
  auto name = (parent / (std::string(prefix) + "XXXXXX")).string();
  if (::mkdtemp(name.data()) == nullptr) throw_errno("create a directory in " + parent.string(), errno);
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;  // a destructor has nobody to tell
  fs::remove_all(path_, ignored);
}

}  // namespace polyarch::sys
