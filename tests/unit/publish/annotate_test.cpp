#include "publish/annotate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"

namespace polyarch::publish {
namespace {

Leg leg_of(const std::string& bytes) {
  Leg out{oci::Platform::parse("linux/amd64"), {}, {}, "r.example/app:1", bytes};
  out.manifest = {
      .media_type = std::string(oci::media_type::oci_manifest), .digest = Digest::sha256(bytes), .size = bytes.size()};
  return out;
}

TEST(Annotate, MakesAnotherManifestThatKeepsAllElse) {
  const auto made =
      annotate(leg_of(R"({"annotations":{"a":"1","b":"1"},"layers":[{"x":1}],"unknown":[1,2]})"), {{"b", "2"}});
  EXPECT_EQ(parse_json(made.bytes, "it"),
            parse_json(R"({"annotations":{"a":"1","b":"2"},"layers":[{"x":1}],"unknown":[1,2]})", "it"));
  EXPECT_EQ(made.manifest.digest, Digest::sha256(made.bytes));
  EXPECT_EQ(made.manifest.size, made.bytes.size());
}

TEST(Annotate, RefusesWhatHasAttestations) {
  auto attested = leg_of("{}");
  attested.attestations.push_back(attested.manifest);
  EXPECT_THROW(annotate(attested, {{"a", "b"}}), Error);
}

TEST(Annotate, RefusesDockersFormat) {
  auto docker = leg_of("{}");
  docker.manifest.media_type = oci::media_type::docker_manifest;
  EXPECT_THROW(annotate(docker, {{"a", "b"}}), Error);
}

}  // namespace
}  // namespace polyarch::publish
