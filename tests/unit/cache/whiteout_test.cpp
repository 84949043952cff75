#include <cstddef>
#include <gmock/gmock.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <thread>

#include "cache/snapshot_restore.hpp"
#include "cache/snapshot_save.hpp"
#include "unit/cache/trees.hpp"

namespace polyarch::cache {
namespace {

using testing::describe;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::make_opaque;
using testing::make_whiteout;
namespace fs = std::filesystem;

// What overlayfs hides files of lower layers with: a builder's state is full of it.
class Whiteout : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(tree());
    std::ofstream(tree() / "file") << "content";
    if (!make_whiteout(tree() / "gone")) GTEST_SKIP() << "no whiteout may be made here";
  }
  fs::path tree() const { return from_.path() / "tree"; }
  fs::path back() const { return to_.path() / "tree"; }
  SaveResult save() { return save_tree(from_.path(), scan(from_.path(), {"tree"}, cancel_), store_, {}); }
  RestoreResult restore(const Catalog& catalog) {
    return restore_tree(parse_catalog(dump(catalog), "catalog"), store_, to_.path(), {.threads = 1});
  }

  sys::TemporaryDirectory from_, to_;
  sys::Cancel cancel_;
  testing::MemoryStore store_;
};

TEST_F(Whiteout, ComesBackWithModeAndTime) {
  ::chmod((tree() / "gone").c_str(), 04640);
  testing::set_time(tree() / "gone", -5, 17);
  ::link((tree() / "gone").c_str(), (tree() / "gone too").c_str());  // as the kernel makes them
  const auto before = describe(from_.path());
  const auto saved = save();
  EXPECT_THAT(saved.left_out, IsEmpty());
  EXPECT_EQ(saved.files, 1U);
  EXPECT_THAT(restore(saved.catalog).not_kept, IsEmpty());
  EXPECT_EQ(describe(to_.path()), before);
}

TEST_F(Whiteout, AttributesOfOverlayfsStay) {
  fs::create_directory(tree() / "opaque");
  fs::create_symlink("file", tree() / "link");
  if (!make_opaque(tree() / "opaque")) GTEST_SKIP() << "only root may set attributes of the name space trusted";
  for (const char* name : {"file", "link", "gone"}) ASSERT_TRUE(make_opaque(tree() / name)) << name;
  const auto before = describe(from_.path());
  EXPECT_THAT(restore(save().catalog).not_kept, IsEmpty());
  EXPECT_EQ(describe(to_.path()), before);
  EXPECT_THAT(before.at("tree/link"), HasSubstr("trusted.overlay.opaque y"));
}

TEST_F(Whiteout, TakesThePlaceOfAFileAndGivesItBack) {
  const auto hidden = save().catalog;
  fs::remove(tree() / "gone");
  std::ofstream(tree() / "gone") << "here again";
  const auto shown = save_tree(from_.path(), scan(from_.path(), {"tree"}, cancel_), store_, {.previous = &hidden});
  restore(hidden);
  restore(shown.catalog);
  EXPECT_EQ(describe(to_.path()), describe(from_.path()));
  restore(hidden);
  EXPECT_TRUE(fs::is_character_file(back() / "gone"));
}

TEST_F(Whiteout, NoOtherDeviceIsKept) {
  if (::mknod((tree() / "null").c_str(), S_IFCHR | 0600, makedev(1, 3)) != 0) {
    GTEST_SKIP() << "only root may make devices";
  }
  ASSERT_EQ(::mknod((tree() / "block").c_str(), S_IFBLK | 0600, makedev(0, 0)), 0);
  ASSERT_EQ(::mknod((tree() / "pipe").c_str(), S_IFIFO | 0600, 0), 0);
  ASSERT_EQ(::mknod((tree() / "socket").c_str(), S_IFSOCK | 0600, 0), 0);
  EXPECT_THAT(save().left_out, ElementsAre(HasSubstr("tree/block"), HasSubstr("tree/null"), HasSubstr("tree/pipe"),
                                           HasSubstr("tree/socket")));
}

TEST_F(Whiteout, NoCatalogBringsAnotherDevice) {
  auto object = Json::parse(dump(save().catalog));
  for (auto& entry : object["entries"]) {
    if (entry["type"] != "w") continue;
    for (const char* key : {"rdev", "major", "minor", "devmajor", "devminor"}) entry[key] = 1;
    entry["mode"] = 07777;
  }
  restore_tree(parse_catalog(object.dump(), "catalog"), store_, to_.path());
  struct stat status {};
  ASSERT_EQ(::lstat((back() / "gone").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode, static_cast<mode_t>(S_IFCHR | 07777));
  EXPECT_EQ(status.st_rdev, makedev(0, 0));
}

// Only the thread that calls it: mknod(2) is not permitted any more.
bool forbid_mknod() {
  sock_filter rules[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                         BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mknodat, 0, 1),
                         BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
                         BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  const sock_fprog program{std::size(rules), rules};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

TEST_F(Whiteout, ThatIsNotPermittedIsReported) {
  const auto catalog = save().catalog;
  bool forbidden = false;
  RestoreResult result;
  std::thread([&] {
    forbidden = forbid_mknod();
    if (forbidden) result = restore(catalog);
  }).join();
  if (!forbidden) GTEST_SKIP() << "no system call can be forbidden here";
  EXPECT_THAT(result.not_kept, ElementsAre("tree/gone: whiteout: Operation not permitted"));
  EXPECT_EQ(sys::read_file(back() / "file", 100), "content") << "the rest is there";
  EXPECT_FALSE(fs::exists(fs::symlink_status(back() / "gone")));
}

}  // namespace
}  // namespace polyarch::cache
