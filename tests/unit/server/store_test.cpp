#include "server/store.hpp"

#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "sys/files.hpp"

namespace polyarch::server {
namespace {

namespace fs = std::filesystem;

class StoreTest : public testing::Test {
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
  add(store, "hello");
  const auto file = root / "blobs" / "sha256" / Digest::sha256("hello").hex();
  EXPECT_EQ(sys::read_file(file, 100), "hello");
}

TEST_F(StoreTest, ForgetsWhatWasLeftHalfDone) {
  const auto orphan = Digest::sha256("orphan");
  {
    auto store = open();
    add(store, "hello");
    auto draft = store.draft();
    draft.append("orphan");
    draft.commit(root / "blobs" / "sha256" / orphan.hex());  // as if killed before the repository named it
    std::ofstream(root / "drafts" / "draft-1") << "half an upload";
  }
  auto store = open();
  EXPECT_TRUE(fs::is_empty(root / "drafts"));
  EXPECT_FALSE(fs::exists(root / "blobs" / "sha256" / orphan.hex()));
  EXPECT_TRUE(store.has_blob(name, Digest::sha256("hello")));
}

TEST_F(StoreTest, ReclaimsTheSpaceOfRemovedContent) {
  {
    auto store = open();
    add(store, "hello");
    EXPECT_TRUE(store.remove_blob(name, Digest::sha256("hello")));
  }
  open();
  EXPECT_FALSE(fs::exists(root / "blobs" / "sha256" / Digest::sha256("hello").hex()));
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
