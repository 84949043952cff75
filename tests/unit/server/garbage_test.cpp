#include "server/garbage.hpp"

#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/descriptor.hpp"
#include "sys/files.hpp"

namespace polyarch::server {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class GarbageTest : public ::testing::Test {
 protected:
  Digest blob(const std::string& bytes, const RepositoryName& where = name) {
    auto draft = store.draft();
    draft.append(bytes);
    const auto digest = Digest::sha256(bytes);
    store.put_blob(where, digest, draft);
    return digest;
  }

  static Json descriptor(const Digest& digest) {
    return {{"mediaType", "application/vnd.example"}, {"digest", digest.str()}, {"size", 1}};
  }

  Digest put(const Json& manifest, std::string_view type, const std::string& tag = "") {
    const auto bytes = manifest.dump();
    const auto digest = Digest::sha256(bytes);
    store.put_manifest(name, digest, bytes, read_manifest(bytes, type),
                       tag.empty() ? std::vector<Tag>{} : std::vector{*Tag::parse(tag)});
    return digest;
  }

  Digest image(const std::string& config, const std::string& tag = "", std::optional<Digest> subject = {}) {
    Json manifest{{"schemaVersion", 2}, {"config", descriptor(blob(config))}, {"layers", Json::array()}};
    if (subject) manifest["subject"] = descriptor(*subject);
    return put(manifest, oci::media_type::oci_manifest, tag);
  }

  Digest index(const std::vector<Digest>& children, const std::string& tag = "") {
    Json manifest{{"schemaVersion", 2}, {"manifests", Json::array()}};
    for (const auto& child : children) manifest["manifests"].push_back(descriptor(child));
    return put(manifest, oci::media_type::oci_index, tag);
  }

  static Garbage::Named named(const Digest& digest) { return {name, digest}; }

  static inline const RepositoryName name = *RepositoryName::parse("team/app");
  static inline const RepositoryName other = *RepositoryName::parse("team");
  sys::TemporaryDirectory directory;
  Store store{directory.path() / "store", 1U << 20};
};

TEST_F(GarbageTest, IsNothingThatIsInUse) {
  image("one", "v1");
  index({image("two"), image("three")}, "v2");
  image("signature", "", image("four"));
  const auto garbage = find_garbage(store, false);
  EXPECT_THAT(garbage.manifests, IsEmpty());
  EXPECT_THAT(garbage.blobs, IsEmpty());
  EXPECT_THAT(garbage.content, IsEmpty());
  EXPECT_EQ(garbage.bytes, 0U);
}

TEST_F(GarbageTest, IsABlobThatNoManifestNames) {
  image("one", "v1");
  const auto lost = blob("lost");
  const auto shared = blob("shared");
  blob("shared", other);
  EXPECT_THAT(find_garbage(store, false).blobs,
              UnorderedElementsAre(named(lost), named(shared), Garbage::Named{other, shared}));
}

TEST_F(GarbageTest, WithUntaggedIsWhatNoTagLeadsTo) {
  const auto kept = image("one", "v1");
  const auto signature = image("signature", "", kept);
  const auto on_signature = image("on signature", "", signature);
  const auto child = image("two");
  index({index({child})}, "v2");
  const auto lost = image("three");
  const auto lost_signature = image("lost signature", "", lost);
  const auto lost_index = index({child, lost});
  const auto garbage = find_garbage(store, true);
  EXPECT_THAT(garbage.manifests, UnorderedElementsAre(named(lost), named(lost_signature), named(lost_index)));
  EXPECT_THAT(garbage.blobs,
              UnorderedElementsAre(named(Digest::sha256("three")), named(Digest::sha256("lost signature"))));
  remove_garbage(store, garbage);
  for (const auto& digest : {kept, signature, on_signature, child}) EXPECT_TRUE(store.has_manifest(name, digest));
  EXPECT_FALSE(store.has_manifest(name, lost));
  EXPECT_THAT(store.tags(name), ElementsAre("v1", "v2"));
  EXPECT_THAT(find_garbage(store, true).manifests, IsEmpty());
}

// Digests count wherever they stand in a manifest, of a type that nobody knows, too.
TEST_F(GarbageTest, IsNothingThatAnUnknownManifestMentions) {
  const auto needed = blob("needed");
  put({{"odd", {{"things", {{"at", needed.str()}}}}}}, "application/vnd.odd+json", "odd");
  const Json foreign{{"mediaType", "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"},
                     {"digest", blob("foreign").str()},
                     {"size", 1}};
  put({{"schemaVersion", 2}, {"config", descriptor(blob("{}"))}, {"layers", {foreign}}}, oci::media_type::oci_manifest);
  EXPECT_THAT(find_garbage(store, false).blobs, IsEmpty());
}

TEST_F(GarbageTest, GivesItsSpaceBack) {
  const auto digest = image("one", "v1");
  store.remove_manifest(name, digest);
  EXPECT_THAT(find_unowned_content(store).content, ElementsAre(store.paths().content(digest)));
  const auto garbage = find_garbage(store, false);
  EXPECT_THAT(garbage.content,
              UnorderedElementsAre(store.paths().content(digest), store.paths().content(Digest::sha256("one"))));
  remove_garbage(store, garbage);
  EXPECT_THAT(store.blobs(name), IsEmpty());
  EXPECT_TRUE(fs::is_empty(directory.path() / "store/blobs/sha256"));
}

TEST_F(GarbageTest, IsWhatHasNoDigestForAName) {
  image("one", "v1");
  std::ofstream(directory.path() / "store/blobs/sha256/half") << "abc";
  const auto garbage = find_unowned_content(store);
  EXPECT_EQ(garbage.content.size(), 1U);
  EXPECT_EQ(garbage.bytes, 3U);
}

TEST_F(GarbageTest, IsNotWhatOthersPutThere) {
  std::ofstream(directory.path() / "store/blobs/.nfs0001") << "abc";
  fs::create_directories(directory.path() / "store/blobs/sha256/lost+found");
  EXPECT_THAT(find_unowned_content(store).content, IsEmpty());
  EXPECT_THAT(find_garbage(store, true).content, IsEmpty());
}

}  // namespace
}  // namespace polyarch::server
