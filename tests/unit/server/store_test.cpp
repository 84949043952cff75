#include "server/store.hpp"

#include <array>
#include <fstream>
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

#include "base/error.hpp"
#include "oci/descriptor.hpp"
#include "sys/files.hpp"

namespace polyarch::server {
namespace {

namespace fs = std::filesystem;

class StoreTest : public ::testing::Test {
 protected:
  Store open() { return Store(root, 1U << 20); }

  static void add(Store& store, const std::string& bytes) {
    auto draft = store.draft();
    draft.append(bytes);
    store.put_blob(name, Digest::sha256(bytes), draft);
  }

  ErrorKind refusal() {
    try {
      open();
    } catch (const Error& error) {
      EXPECT_FALSE(error.hint().empty());
      return error.kind();
    }
    return ErrorKind::failed;
  }

  static inline const RepositoryName name = *RepositoryName::parse("team/app");
  sys::TemporaryDirectory directory;
  fs::path root = directory.path() / "store";
};

TEST_F(StoreTest, OutlivesItsProcess) {
  {
    auto store = open();
    add(store, "hello");
    const auto digest = Digest::sha256("opaque");
    store.put_manifest(name, digest, "opaque", read_manifest("opaque", "a/b"), {*Tag::parse("v1")});
  }
  auto store = open();
  EXPECT_TRUE(store.has_blob(name, Digest::sha256("hello")));
  const auto digest = store.resolve(name, *Tag::parse("v1"));
  ASSERT_TRUE(digest);
  EXPECT_EQ(store.manifest(name, *digest)->bytes, "opaque");
  EXPECT_EQ(store.manifest(name, *digest)->media_type, "a/b");
}

TEST_F(StoreTest, LiesLikeAnOciLayout) {
  auto store = open();
  store.put_manifest(name, Digest::sha256("hello"), "hello", read_manifest("hello", "a/b"), {});
  const auto file = root / "blobs" / "sha256" / Digest::sha256("hello").hex();
  EXPECT_EQ(sys::read_file(file, 100), "hello");
}

TEST_F(StoreTest, ForgetsWhatWasLeftHalfDone) {
  open();
  std::ofstream(root / "drafts" / "draft-1") << "half an upload";
  open();
  EXPECT_TRUE(fs::is_empty(root / "drafts"));
}

// As a power cut may leave them: a blob that no manifest names yet is not synced.
TEST_F(StoreTest, KeepsBlobsThatAreWholeOnly) {
  const auto whole = Digest::sha256("whole");
  const auto torn = Digest::sha256("torn");
  {
    auto store = open();
    add(store, "whole");
    add(store, "torn");
    ASSERT_TRUE(fs::exists(store.paths().staged(torn)));
    std::ofstream(store.paths().staged(torn)) << "to";
    std::ofstream(store.paths().staged() / "stray") << "?";
  }
  auto store = open();
  EXPECT_TRUE(store.has_blob(name, whole));
  EXPECT_FALSE(store.has_blob(name, torn));
  EXPECT_FALSE(store.open_blob(name, torn));
  EXPECT_TRUE(fs::is_empty(store.paths().staged()));
  add(store, "torn");
  EXPECT_TRUE(store.has_blob(name, torn));
}

TEST_F(StoreTest, SettlesBlobsBeforeAManifestNamesThem) {
  auto store = open();
  add(store, "config");
  const auto config = Digest::sha256("config");
  EXPECT_TRUE(fs::exists(store.paths().staged(config)));
  const Json manifest{{"schemaVersion", 2}, {"config", {{"digest", config.str()}}}, {"layers", Json::array()}};
  const auto bytes = manifest.dump();
  add(store, bytes);  // a manifest may be pushed as a blob, too
  store.put_manifest(name, Digest::sha256(bytes), bytes, read_manifest(bytes, oci::media_type::oci_manifest), {});
  EXPECT_TRUE(fs::is_empty(store.paths().staged()));
  EXPECT_TRUE(fs::exists(store.paths().content(config)));
  EXPECT_EQ(store.open_blob(name, config)->size, 6U);
  EXPECT_EQ(store.manifest(name, Digest::sha256(bytes))->bytes, bytes);
}

TEST_F(StoreTest, WritesAManifestOnceForAllItsTags) {
  auto store = open();
  const auto bytes = Json{{"schemaVersion", 2}, {"manifests", Json::array()}}.dump();
  const auto digest = Digest::sha256(bytes);
  const auto put = [&](const char* tag, std::string_view type) {
    store.put_manifest(name, digest, bytes, read_manifest(bytes, type), {*Tag::parse(tag)});
    EXPECT_EQ(store.resolve(name, *Tag::parse(tag)), digest);
  };
  put("1", oci::media_type::oci_index);
  const auto written = fs::last_write_time(store.paths().manifest(name, digest));
  put("1.2", oci::media_type::oci_index);
  EXPECT_EQ(fs::last_write_time(store.paths().manifest(name, digest)), written);
  put("1.2.3", oci::media_type::docker_index);
  EXPECT_EQ(store.manifest(name, digest)->media_type, oci::media_type::docker_index) << "as it came last";
  fs::remove(store.paths().content(digest));
  put("1.2.3", oci::media_type::docker_index);
  EXPECT_EQ(store.manifest(name, digest)->bytes, bytes) << "lost content comes back";
}

TEST_F(StoreTest, TagsThatCameTogetherMoveApart) {
  auto store = open();
  const auto put = [&](const std::string& bytes, const std::vector<Tag>& tags) {
    store.put_manifest(name, Digest::sha256(bytes), bytes, read_manifest(bytes, "a/b"), tags);
  };
  const auto one = *Tag::parse("1");
  const auto latest = *Tag::parse("latest");
  put("old", {one, latest, one});
  put("old", {latest, one});
  EXPECT_TRUE(fs::is_empty(root / "drafts"));
  put("new", {latest});
  EXPECT_EQ(store.resolve(name, one), Digest::sha256("old"));
  EXPECT_EQ(store.resolve(name, latest), Digest::sha256("new"));
  store.remove_tag(name, latest);
  EXPECT_EQ(store.resolve(name, one), Digest::sha256("old"));
}

// As on FAT, and on some file systems of a network or of a virtual machine: link(2) fails there with EPERM.
void without_links(const std::function<void()>& step) {
#ifdef SYS_link
  constexpr int call = SYS_link;
#else
  constexpr int call = SYS_linkat;
#endif
  std::array filter{sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                    sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
                    sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
                    sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  sock_fprog program{filter.size(), filter.data()};
  std::thread thread([&] {  // the filter is this thread's alone
    ASSERT_EQ(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    ASSERT_EQ(::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
    ASSERT_EQ(::link("/dev/null", "/dev/null"), -1);
    ASSERT_EQ(errno, EPERM);
    step();
  });
  thread.join();
}

TEST_F(StoreTest, CopiesTagsWhereThereAreNoLinks) {
  auto store = open();
  const std::vector<Tag> tags{*Tag::parse("v1"), *Tag::parse("v1.2"), *Tag::parse("latest")};
  const auto put = [&](const std::string& bytes) {
    store.put_manifest(name, Digest::sha256(bytes), bytes, read_manifest(bytes, "a/b"), tags);
  };
  put("old");
  without_links([&] { put("new"); });
  for (const auto& tag : tags) {
    EXPECT_EQ(store.resolve(name, tag), Digest::sha256("new")) << tag.str();
    EXPECT_EQ(fs::hard_link_count(store.paths().tag(name, tag)), 1U);
    EXPECT_EQ(fs::status(store.paths().tag(name, tag)).permissions(), fs::perms{0644});
  }
  EXPECT_TRUE(fs::is_empty(root / "drafts"));
}

TEST_F(StoreTest, ListsWhatItHas) {
  auto store = open();
  add(store, "hello");
  auto draft = store.draft();
  draft.append("hello");
  const auto other = *RepositoryName::parse("team");
  store.put_blob(other, Digest::sha256("hello"), draft);
  EXPECT_THAT(store.repositories(), ::testing::ElementsAre(other, name));
  EXPECT_THAT(store.blobs(name), ::testing::ElementsAre(Digest::sha256("hello")));
  EXPECT_THAT(store.manifests(name), ::testing::IsEmpty());
}

TEST_F(StoreTest, IsSharedByReaders) {
  EXPECT_THROW(Store(root, 1000, Access::read), Error) << "there is none";
  EXPECT_FALSE(fs::exists(root));
  open();
  const Store reader(root, 1000, Access::read);
  const Store another(root, 1000, Access::read);
  EXPECT_EQ(refusal(), ErrorKind::storage);
}

TEST_F(StoreTest, KeepsOffDirectoriesOfOthers) {
  fs::create_directories(root / "blobs" / "sha256");
  std::ofstream(root / "oci-layout") << "{}";
  EXPECT_EQ(refusal(), ErrorKind::storage);
  EXPECT_TRUE(fs::exists(root / "oci-layout"));
}

TEST_F(StoreTest, ServesOneRegistryAtATime) {
  const auto store = open();
  EXPECT_EQ(refusal(), ErrorKind::storage);
}

TEST_F(StoreTest, HidesManifestsOfWhichOnlyTheReferrerIsLeft) {
  auto store = open();
  const auto subject = Digest::sha256("subject");
  const auto bytes = Json{{"subject", {{"digest", subject.str()}}}}.dump();
  const auto digest = Digest::sha256(bytes);
  store.put_manifest(name, digest, bytes, read_manifest(bytes, "a/b"), {});
  EXPECT_EQ(store.referrers(name, subject).size(), 1U);
  fs::remove(Paths(root).manifest(name, digest));  // as if killed in the middle of a removal
  EXPECT_TRUE(store.referrers(name, subject).empty());
}

TEST_F(StoreTest, RemovesReferrersWithTheirManifest) {
  auto store = open();
  const auto subject = Digest::sha256("subject");
  const auto bytes = Json{{"subject", {{"digest", subject.str()}}}}.dump();
  store.put_manifest(name, Digest::sha256(bytes), bytes, read_manifest(bytes, "a/b"), {});
  EXPECT_TRUE(store.remove_manifest(name, Digest::sha256(bytes)));
  EXPECT_TRUE(fs::is_empty(Paths(root).referrers(name, subject)));
}

}  // namespace
}  // namespace polyarch::server
