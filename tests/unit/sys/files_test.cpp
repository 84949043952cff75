#include "sys/files.hpp"

#include <atomic>
#include <cerrno>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <thread>

#include "base/error.hpp"

namespace polyarch::sys {
namespace {

namespace fs = std::filesystem;

template <class Action>
ErrorKind kind_of(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error.kind();
  }
  ADD_FAILURE() << "nothing was thrown";
  return ErrorKind::failed;
}

unsigned mode_of(const fs::path& path) {
  struct stat status {};
  EXPECT_EQ(lstat(path.c_str(), &status), 0);
  return status.st_mode & 07777;
}

TEST(ReadFile, ReadsWhatIsThere) {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "f";
  const std::string bytes = std::string("\0\xff\n", 3) + std::string(200'000, 'x');
  write_file(path, bytes);
  EXPECT_EQ(read_file(path, bytes.size()), bytes);
  EXPECT_EQ(kind_of([&] { read_file(path, bytes.size() - 1); }), ErrorKind::input);
}

TEST(ReadFile, SaysWhatIsWrong) {
  const TemporaryDirectory directory;
  EXPECT_EQ(kind_of([&] { read_file(directory.path() / "none", 10); }), ErrorKind::input);
  EXPECT_EQ(kind_of([&] { read_file(directory.path(), 10); }), ErrorKind::input);
  EXPECT_EQ(kind_of([&] { read_file("/dev/zero", 1'000'000); }), ErrorKind::input) << "it never ends";
}

TEST(WriteFile, SetsContentAndMode) {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "f";
  write_file(path, "one");
  EXPECT_EQ(mode_of(path), 0644U);
  write_file(path, "", 0600);
  EXPECT_EQ(mode_of(path), 0600U);
  EXPECT_EQ(read_file(path, 10), "");
  write_file(path, "three", 0755);
  EXPECT_EQ(mode_of(path), 0755U);
}

TEST(WriteFile, AReaderSeesTheOldFileOrTheNewOne) {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "f";
  const std::string a(300'000, 'a'), b(200'000, 'b');
  write_file(path, a);
  std::atomic<bool> done = false;
  std::thread writer([&] {
    for (int i = 0; i < 20; ++i) write_file(path, i % 2 == 0 ? b : a);
    done = true;
  });
  while (!done) {
    const auto seen = read_file(path, 1 << 20);
    EXPECT_TRUE(seen == a || seen == b) << seen.size();
  }
  writer.join();
}

TEST(WriteFile, AFailureLeavesNothingBehind) {
  const TemporaryDirectory directory;
  fs::create_directory(directory.path() / "d");
  EXPECT_EQ(kind_of([&] { write_file(directory.path() / "d", "x"); }), ErrorKind::input);
  EXPECT_EQ(kind_of([&] { write_file(directory.path() / "none" / "f", "x"); }), ErrorKind::input);
  EXPECT_EQ(std::distance(fs::directory_iterator(directory.path()), {}), 1);
}

TEST(WriteFile, WritesThroughWhatIsNoRegularFile) {
  const TemporaryDirectory directory;
  const auto link = directory.path() / "link";
  write_file(directory.path() / "target", "a longer old content");
  fs::create_symlink("target", link);
  write_file(link, "new");
  EXPECT_TRUE(fs::is_symlink(link)) << "/dev/stdout is one";
  EXPECT_EQ(read_file(directory.path() / "target", 100), "new");
  write_file("/dev/null", "gone");
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST(TemporaryDirectory, IsPrivateAndGoesWithItsContent) {
  fs::path path;
  {
    const TemporaryDirectory directory("prefix-");
    path = directory.path();
    EXPECT_EQ(mode_of(path), 0700U);
    EXPECT_TRUE(path.filename().string().starts_with("prefix-"));
    fs::create_directories(path / "a" / "b");
    write_file(path / "a" / "b" / "f", "x");
    const TemporaryDirectory other("prefix-");
    EXPECT_NE(other.path(), path);
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST(TemporaryDirectory, FollowsNoLinkOnItsWayOut) {
  const TemporaryDirectory kept;
  write_file(kept.path() / "f", "x");
  {
    const TemporaryDirectory directory;
    fs::create_directory_symlink(kept.path(), directory.path() / "link");
  }
  EXPECT_EQ(read_file(kept.path() / "f", 10), "x");
}

TEST(TemporaryDirectory, SaysThatItsParentIsMissing) {
  const char* set = std::getenv("TMPDIR");
  const std::string before = set != nullptr ? set : "";
  setenv("TMPDIR", "/no/such/directory", 1);
  EXPECT_EQ(kind_of([] { TemporaryDirectory(); }), ErrorKind::input);
  set != nullptr ? setenv("TMPDIR", before.c_str(), 1) : unsetenv("TMPDIR");
}

TEST(ThrowErrno, FitsTheNumber) {
  for (const auto& [number, kind] : std::initializer_list<std::pair<int, ErrorKind>>{{ENOSPC, ErrorKind::storage},
                                                                                     {EDQUOT, ErrorKind::storage},
                                                                                     {EIO, ErrorKind::storage},
                                                                                     {EACCES, ErrorKind::permission},
                                                                                     {EPERM, ErrorKind::permission},
                                                                                     {EROFS, ErrorKind::permission},
                                                                                     {ENOENT, ErrorKind::input}}) {
    EXPECT_EQ(kind_of([number = number] { throw_errno("write /x", number); }), kind) << number;
  }
}

}  // namespace
}  // namespace polyarch::sys
