#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "publish/legs.hpp"

namespace polyarch::publish {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

oci::Descriptor descriptor(const std::string& content) {
  return {.media_type = std::string(oci::media_type::oci_manifest),
          .digest = Digest::sha256(content),
          .size = content.size()};
}

Leg leg(const std::string& platform, const std::string& source = "a source", int attestations = 0) {
  Leg out{oci::Platform::parse(platform), descriptor(platform + source), {}, source};
  for (int i = 0; i < attestations; ++i) {
    auto entry = descriptor(platform + "attestation" + std::to_string(i));
    entry.platform = oci::Platform{"unknown", "unknown", {}, {}};
    entry.annotations = {{"vnd.docker.reference.type", "attestation-manifest"},
                         {"vnd.docker.reference.digest", out.manifest.digest.str()}};
    out.attestations.push_back(entry);
  }
  return out;
}

std::string failure(const std::vector<Leg>& legs) {
  try {
    assemble(legs, {});
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::publish);
    return error.message();
  }
  return "nothing failed";
}

TEST(Assemble, GivesTheSameBytesForEveryOrder) {
  std::vector<Leg> legs{leg("linux/amd64", "x", 2), leg("linux/arm/v7", "y", 1), leg("linux/arm64", "z", 2)};
  const IndexOptions options{{{"title", "app"}}, {{"entry", "e"}}};
  const auto expected = assemble(legs, options).dump();
  std::vector<std::size_t> order{0, 1, 2};
  do {
    std::vector<Leg> shuffled;
    for (const auto i : order) shuffled.push_back(legs[i]);
    std::ranges::reverse(shuffled.front().attestations);
    EXPECT_EQ(assemble(shuffled, options).dump(), expected);
  } while (std::ranges::next_permutation(order).found);
}

TEST(Assemble, PutsPlatformsAndAnnotationsOnTheImages) {
  auto first = leg("linux/arm64", "x", 1);
  first.manifest.annotations = {{"kept", "1"}};
  const auto index = assemble({first, leg("linux/amd64")}, {{{"title", "app"}}, {{"entry", "e"}}});
  EXPECT_EQ(index.media_type, oci::media_type::oci_index);
  EXPECT_EQ(index.annotations, (oci::Annotations{{"title", "app"}}));
  ASSERT_EQ(index.manifests.size(), 3U);
  EXPECT_EQ(index.manifests[0].platform->str(), "linux/amd64");
  EXPECT_EQ(index.manifests[0].annotations, (oci::Annotations{{"entry", "e"}}));
  EXPECT_EQ(index.manifests[1].platform->str(), "linux/arm64");
  EXPECT_EQ(index.manifests[1].annotations, (oci::Annotations{{"entry", "e"}, {"kept", "1"}}));
}

TEST(Assemble, KeepsAttestationsAsTheyAreAfterTheImages) {
  const auto first = leg("linux/arm64", "x", 1);
  const auto index = assemble({first, leg("linux/amd64", "y", 1)}, {{}, {{"entry", "e"}}});
  ASSERT_EQ(index.manifests.size(), 4U);
  EXPECT_FALSE(index.manifests[1].is_attestation());
  EXPECT_EQ(index.manifests[3].attests(), first.manifest.digest);
  EXPECT_EQ(index.manifests[3].to_json(), first.attestations.front().to_json());
}

TEST(Assemble, NamesBothSourcesOfOnePlatform) {
  EXPECT_THAT(
      failure({leg("linux/arm64", "r.example/a:1"), leg("linux/amd64"), leg("linux/arm64/v8", "r.example/b:1")}),
      ::testing::AllOf(HasSubstr("linux/arm64"), HasSubstr("r.example/a:1"), HasSubstr("r.example/b:1")));
}

TEST(Assemble, TakesVersionsOfWindowsAsPlatformsOfTheirOwn) {
  auto older = leg("windows/amd64", "older");
  older.platform.os_version = "10.0.17763.1";
  auto newer = leg("windows/amd64", "newer");
  newer.platform.os_version = "10.0.20348.1";
  const auto index = assemble({newer, older}, {});
  EXPECT_EQ(index.manifests.at(0).platform->os_version, "10.0.17763.1");
  EXPECT_EQ(index.manifests.at(1).platform->os_version, "10.0.20348.1");
}

TEST(Assemble, CountsTheSameImageOnce) {
  auto first = leg("linux/arm64", "x", 2);
  auto second = first;
  second.source = "another source";
  std::swap(first.attestations[0], second.attestations[1]);
  first.manifest.annotations = {{"from", "first"}};
  const auto once = assemble({first, second, leg("linux/amd64")}, {});
  EXPECT_EQ(once.manifests.size(), 4U) << "two images, and each attestation once";
  EXPECT_EQ(assemble({leg("linux/amd64"), second, first}, {}).dump(), once.dump());
}

TEST(Assemble, KeepsWhatTheIndexThatItChangesSaysOfItself) {
  auto base = assemble({leg("linux/arm64"), leg("linux/s390x")}, {.annotations = {{"a", "1"}, {"b", "1"}}});
  base.subject = descriptor("subject");
  base.artifact_type = "application/y";
  base.extra["later"] = {1, 2};
  const auto changed = assemble({leg("linux/amd64"), leg("linux/arm64")}, {.annotations = {{"b", "2"}}, .base = base});
  base.manifests = assemble({leg("linux/amd64"), leg("linux/arm64")}, {}).manifests;
  base.annotations["b"] = "2";
  EXPECT_EQ(changed.dump(), base.dump());
}

TEST(Assemble, MakesADockerListOfWhatFitsIntoOne) {
  const std::string docker(oci::media_type::docker_index);
  auto annotated = leg("linux/arm64");
  annotated.manifest.annotations = {{"a", "b"}};
  const auto list = assemble({annotated, leg("linux/amd64")}, {.media_type = docker});
  EXPECT_EQ(list.media_type, docker);
  EXPECT_THAT(list.dump(), ::testing::Not(HasSubstr("annotations")));
  EXPECT_THROW(assemble({leg("linux/arm64", "x", 1)}, {.media_type = docker}), Error);
  EXPECT_THROW(assemble({annotated}, {.annotations = {{"a", "b"}}, .media_type = docker}), Error);
  EXPECT_THROW(assemble({annotated}, {.descriptor_annotations = {{"a", "b"}}, .media_type = docker}), Error);
  EXPECT_THROW(assemble({annotated}, {.media_type = docker, .base = {.annotations = {{"a", "b"}}}}), Error);
  EXPECT_THROW(assemble({annotated}, {.media_type = docker, .base = {.subject = descriptor("x")}}), Error);
  EXPECT_THROW(assemble({annotated}, {.media_type = docker, .base = {.artifact_type = "application/y"}}), Error);
}

TEST(Assemble, RefusesToPublishNothing) {
  EXPECT_THAT(failure({}), HasSubstr("no image"));
}

}  // namespace
}  // namespace polyarch::publish
