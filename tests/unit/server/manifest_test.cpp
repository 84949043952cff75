#include "server/manifest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "oci/descriptor.hpp"

namespace polyarch::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Digest a = Digest::sha256("a");
const Digest b = Digest::sha256("b");

Json descriptor(const Digest& digest, std::string_view type) {
  return {{"mediaType", type}, {"digest", digest.str()}, {"size", 1}};
}

Json image() {
  return {{"schemaVersion", 2},
          {"mediaType", oci::media_type::oci_manifest},
          {"config", descriptor(a, "application/vnd.example.config")},
          {"layers", {descriptor(b, "application/vnd.oci.image.layer.v1.tar")}}};
}

ManifestFacts facts_of(const Json& manifest, std::string_view type = "") {
  return read_manifest(manifest.dump(), type);
}

std::string refusal(std::string_view bytes, std::string_view type = "") {
  try {
    read_manifest(bytes, type);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input);
    return error.message();
  }
  return "";
}

TEST(ManifestFacts, OfAnImage) {
  const auto facts = facts_of(image());
  EXPECT_EQ(facts.media_type, oci::media_type::oci_manifest);
  EXPECT_THAT(facts.blobs, ElementsAre(a, b));
  EXPECT_THAT(facts.manifests, IsEmpty());
  EXPECT_FALSE(facts.subject);
  EXPECT_EQ(facts.artifact_type, "application/vnd.example.config");
}

TEST(ManifestFacts, OfAnIndexWithSubject) {
  const Json index{{"schemaVersion", 2},
                   {"manifests", {descriptor(b, oci::media_type::oci_manifest)}},
                   {"subject", descriptor(a, oci::media_type::oci_manifest)},
                   {"annotations", {{"k", "v"}}}};
  const auto facts = facts_of(index);
  EXPECT_EQ(facts.media_type, oci::media_type::oci_index);
  EXPECT_THAT(facts.manifests, ElementsAre(b));
  EXPECT_EQ(facts.subject, a);
  const auto entry = facts.referrer(b, 7);
  EXPECT_EQ(entry.dump(), R"({"annotations":{"k":"v"},"digest":")" + b.str() +
                              R"(","mediaType":"application/vnd.oci.image.index.v1+json","size":7})");
}

TEST(ManifestFacts, ArtifactTypeWinsOverTheConfig) {
  auto artifact = image();
  artifact["artifactType"] = "application/vnd.example.sbom";
  EXPECT_EQ(facts_of(artifact).artifact_type, "application/vnd.example.sbom");
}

TEST(ManifestFacts, NonDistributableLayersNeedNotBeThere) {
  auto windows = image();
  windows["layers"][0]["mediaType"] = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
  EXPECT_THAT(facts_of(windows).blobs, ElementsAre(a));
}

TEST(ManifestFacts, UnknownTypesAreTakenAsTheyAre) {
  EXPECT_EQ(read_manifest("\x01 not JSON", "application/vnd.example").media_type, "application/vnd.example");
  EXPECT_EQ(read_manifest("[1]", "application/vnd.example; charset=x").media_type, "application/vnd.example");
  const Json other{{"subject", descriptor(a, "x/y")}};
  EXPECT_EQ(facts_of(other, "application/vnd.example").subject, a);
}

TEST(ManifestFacts, NullIsNothing) {
  auto empty = image();
  empty["layers"] = nullptr;
  empty["subject"] = nullptr;
  empty["annotations"] = nullptr;
  const auto facts = facts_of(empty);
  EXPECT_THAT(facts.blobs, ElementsAre(a));
  EXPECT_FALSE(facts.subject);
  EXPECT_THAT(facts_of({{"schemaVersion", 2}, {"manifests", nullptr}}).manifests, IsEmpty());
}

TEST(ManifestFacts, AnnotationsThatAreNoStringsAreLeftOut) {
  auto odd = image();
  odd["annotations"] = {{"k", "v"}, {"n", 5}, {"o", Json::object()}};
  EXPECT_EQ(facts_of(odd).annotations, Json({{"k", "v"}}));
}

TEST(ManifestFacts, ContradictionsAreRefused) {
  EXPECT_THAT(refusal(image().dump(), oci::media_type::docker_manifest), HasSubstr("was sent as"));
  EXPECT_THAT(refusal("{}"), HasSubstr("Content-Type"));
  EXPECT_THAT(refusal("{}", "no slash"), HasSubstr("Content-Type"));
  EXPECT_THAT(refusal("{}", "a/b\r\nX: y"), HasSubstr("Content-Type"));
  EXPECT_THAT(refusal("{", oci::media_type::oci_manifest), HasSubstr("manifest"));
  EXPECT_THAT(refusal("[]", oci::media_type::oci_manifest), HasSubstr("schemaVersion"));
  EXPECT_THAT(refusal(R"({"schemaVersion":1})", oci::media_type::oci_index), HasSubstr("schemaVersion"));
  EXPECT_THAT(refusal(R"({"schemaVersion":2})", oci::media_type::oci_index), HasSubstr("\"manifests\""));
  EXPECT_THAT(refusal(R"({"schemaVersion":2})", oci::media_type::oci_manifest), HasSubstr("\"config\""));
  EXPECT_THAT(refusal(R"({"schemaVersion":2,"manifests":[3]})", oci::media_type::oci_index), HasSubstr("digest"));
  auto odd = image();
  odd["subject"] = Json{{"digest", "sha256:../../x"}};
  EXPECT_THAT(refusal(odd.dump()), HasSubstr("\"subject\""));
}

}  // namespace
}  // namespace polyarch::server
