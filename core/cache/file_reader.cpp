#include "cache/file_reader.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/descriptor.hpp"
#include "sys/files.hpp"

namespace polyarch::cache {
namespace {

std::optional<ReadFile> look(int descriptor) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return ReadFile{static_cast<std::uint64_t>(status.st_size),
                  nanoseconds(status.st_mtim),
                  {status.st_dev, status.st_ino, nanoseconds(status.st_ctim)}};
}

}  // namespace

std::optional<ReadFile> read_steady(const std::filesystem::path& path, std::size_t part,
                                    const std::function<void(std::string_view)>& take) {
  const sys::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file) {
    if (errno == ENOENT || errno == ELOOP || errno == ENOTDIR || errno == EACCES || errno == EPERM) return std::nullopt;
    sys::throw_errno("read " + path.string(), errno);
  }
  const auto before = look(file.get());
  if (!before) return std::nullopt;
  std::string buffer(std::min<std::uint64_t>(part, before->size + 1), '\0');
  std::uint64_t total = 0;
  for (;;) {
    const auto got = ::read(file.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) sys::throw_errno("read " + path.string(), errno);
    if (got == 0) break;
    total += static_cast<std::uint64_t>(got);
    if (total > before->size) return std::nullopt;
    take({buffer.data(), static_cast<std::size_t>(got)});
  }
  const auto after = look(file.get());
  const bool steady = after && total == before->size && after->size == before->size && after->mtime == before->mtime &&
                      after->stamp == before->stamp;
  return steady ? before : std::nullopt;
}

}  // namespace polyarch::cache
