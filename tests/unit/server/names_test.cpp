#include "server/names.hpp"

#include <gtest/gtest.h>

namespace polyarch::server {
namespace {

TEST(RepositoryName, TakesWhatTheSpecAllows) {
  for (const auto* text :
       {"a", "a/b", "team/app", "a.b", "a_b", "a__b", "a-b", "a---b", "0/1/2", "a1.b2_c3__d4-e5/f"}) {
    EXPECT_TRUE(RepositoryName::parse(text)) << text;
  }
  EXPECT_TRUE(RepositoryName::parse(std::string(255, 'a')));
}

TEST(RepositoryName, RefusesEverythingElse) {
  for (const auto* text :
       {"",   "/",  "a/", "/a",   "a//b", "A",     "a..b", "a___b", "a._b",  "-a",   "a-", ".a",      "a.",
        "_a", "a_", "..", "a/..", "../a", "a/./b", "a b",  "a\nb",  "a%2fb", "a\\b", "é",  "a/_blobs"}) {
    EXPECT_FALSE(RepositoryName::parse(text)) << text;
  }
  EXPECT_FALSE(RepositoryName::parse(std::string("a\0b", 3)));
  EXPECT_FALSE(RepositoryName::parse(std::string(256, 'a')));
}

TEST(Tag, HasTheSpecsForm) {
  for (const auto* text : {"latest", "v1.2-3_4", "_", "9"}) EXPECT_TRUE(Tag::parse(text)) << text;
  for (const auto* text : {"", ".", "..", ".a", "-a", "a/b", "a b", "a\n"}) EXPECT_FALSE(Tag::parse(text)) << text;
  EXPECT_TRUE(Tag::parse(std::string(128, 'a')));
  EXPECT_FALSE(Tag::parse(std::string(129, 'a')));
}

TEST(Target, IsReadFromThePath) {
  const struct {
    const char* path;
    Endpoint endpoint;
    const char* name;
    const char* reference;
  } cases[] = {
      {"/v2", Endpoint::base, "", ""},
      {"/v2/", Endpoint::base, "", ""},
      {"/v2/a/b/tags/list", Endpoint::tags, "a/b", ""},
      {"/v2/a/blobs/uploads/", Endpoint::uploads, "a", ""},
      {"/v2/a/blobs/uploads", Endpoint::uploads, "a", ""},
      {"/v2/a/blobs/uploads/id", Endpoint::upload, "a", "id"},
      {"/v2/a/blobs/sha256:1", Endpoint::blob, "a", "sha256:1"},
      {"/v2/a/manifests/v1", Endpoint::manifest, "a", "v1"},
      {"/v2/a/referrers/sha256:1", Endpoint::referrers, "a", "sha256:1"},
      // Names that look like endpoints.
      {"/v2/a/manifests/tags/list", Endpoint::tags, "a/manifests", ""},
      {"/v2/tags/list/manifests/v1", Endpoint::manifest, "tags/list", "v1"},
      {"/v2/blobs/uploads/blobs/uploads/id", Endpoint::upload, "blobs/uploads", "id"},
  };
  for (const auto& item : cases) {
    const auto target = parse_target(item.path);
    ASSERT_TRUE(target) << item.path;
    EXPECT_EQ(target->endpoint, item.endpoint) << item.path;
    EXPECT_EQ(target->name, item.name) << item.path;
    EXPECT_EQ(target->reference, item.reference) << item.path;
  }
}

TEST(Target, IsNothingOnOtherPaths) {
  for (const auto* path : {"", "/", "/v1/", "/v2x", "v2/", "/v2/a", "/v2/a/b/c", "/v2/a/manifests/", "/v2/a/blobs/"}) {
    EXPECT_FALSE(parse_target(path)) << path;
  }
}

TEST(ChunkRange, IsTwoNumbersInOrder) {
  const auto range = parse_chunk_range("5-9");
  ASSERT_TRUE(range);
  EXPECT_EQ(range->first, 5U);
  EXPECT_EQ(range->last, 9U);
  EXPECT_TRUE(parse_chunk_range("0-0"));
  for (const auto* text : {"", "-", "5", "5-", "-5", "9-5", "a-b", "bytes 0-5", "0-5/6", "0-99999999999999999999"}) {
    EXPECT_FALSE(parse_chunk_range(text)) << text;
  }
}

}  // namespace
}  // namespace polyarch::server
