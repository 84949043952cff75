#include "oci/descriptor.hpp"

#include <gmock/gmock.h>

#include "base/error.hpp"

namespace polyarch::oci {
namespace {

using ::testing::HasSubstr;

const std::string digest = "sha256:" + std::string(64, 'a');

Json sample() {
  return {{"mediaType", "application/x"}, {"digest", digest}, {"size", 7U}};
}

Json with(const char* key, const Json& value) {
  auto out = sample();
  out[key] = value;
  return out;
}

TEST(Descriptor, ARoundTripLosesNothing) {
  auto json = sample();
  json.update(Json{{"platform", {{"os", "linux"}, {"architecture", "arm64"}, {"os.features", {"a", "b"}}}},
                   {"annotations", {{"k", "v"}}},
                   {"artifactType", "application/y"},
                   {"urls", {"https://r.example/x"}},
                   {"data", "aGk="},
                   {"org.example.later", {{"deep", Json::array({1, nullptr, 2.5})}}}});
  const auto descriptor = Descriptor::from_json(json, "x");
  EXPECT_EQ(descriptor.media_type, "application/x");
  EXPECT_EQ(descriptor.digest.str(), digest);
  EXPECT_EQ(descriptor.size, 7U);
  EXPECT_EQ(descriptor.platform, Platform::parse("arm64"));
  EXPECT_EQ(descriptor.annotations, (Annotations{{"k", "v"}}));
  EXPECT_EQ(descriptor.artifact_type, "application/y");
  EXPECT_EQ(descriptor.to_json(), json);
}

TEST(Descriptor, WhatWasTakenOutStaysOut) {
  auto json = with("platform", {{"os", "linux"}, {"architecture", "arm64"}, {"variant", "v8"}});
  json["annotations"] = {{"k", "v"}};
  json["artifactType"] = "application/y";
  auto descriptor = Descriptor::from_json(json, "x");
  EXPECT_FALSE(descriptor.to_json()["platform"].contains("variant")) << "normalised";
  descriptor.platform.reset();
  descriptor.annotations.clear();
  descriptor.artifact_type.clear();
  EXPECT_EQ(descriptor.to_json(), sample());
}

TEST(Descriptor, WritesAPlatformThatItWasGiven) {
  Descriptor descriptor{"application/x", Digest::parse(digest), 7, Platform::parse("linux/arm/v6")};
  EXPECT_EQ(descriptor.to_json(), with("platform", {{"os", "linux"}, {"architecture", "arm"}, {"variant", "v6"}}));
}

TEST(Descriptor, TakesNullForAbsent) {
  auto json = sample();
  json.update(Json{{"platform", nullptr}, {"annotations", nullptr}, {"artifactType", nullptr}});
  EXPECT_EQ(Descriptor::from_json(json, "x").to_json(), sample());
}

TEST(Descriptor, RefusesWrongMembers) {
  std::vector<Json> wrong{nullptr, 1, "x", Json::array(), Json::object()};
  for (const auto* key : {"mediaType", "digest", "size"}) {
    auto json = sample();
    json.erase(key);
    wrong.push_back(json);
    wrong.push_back(with(key, nullptr));
    wrong.push_back(with(key, Json::object()));
  }
  for (const auto& size :
       {Json(-1), Json(1.0), Json("7"), Json(true), Json(1e300), Json((1ULL << 48) + 1), Json(~0ULL)}) {
    wrong.push_back(with("size", size));
  }
  for (const auto* text : {"", "sha256:", "sha256:../../../etc/passwd", "md5:0", "sha256:\n"}) {
    wrong.push_back(with("digest", text));
  }
  for (const auto& annotations : {Json(1), Json("x"), Json::array({1}), Json{{"k", 1}}, Json{{"k", nullptr}}}) {
    wrong.push_back(with("annotations", annotations));
  }
  wrong.push_back(with("platform", "linux/arm64"));
  wrong.push_back(with("platform", {{"os", 1}}));
  wrong.push_back(with("artifactType", 1));
  for (const auto& json : wrong) {
    try {
      Descriptor::from_json(json, "the index");
      ADD_FAILURE() << json;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input) << json;
      EXPECT_THAT(error.message(), HasSubstr("the index: ")) << json;
    }
  }
}

TEST(Descriptor, AnErrorShowsNoHostileBytes) {
  try {
    Descriptor::from_json(with("annotations", {{"\x1b[31m\n" + std::string(10'000, 'x'), 1}}), "x");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.message().find_first_of("\x1b\n"), std::string::npos);
    EXPECT_LT(error.message().size(), 200U);
  }
}

TEST(Descriptor, KnowsAttestations) {
  auto descriptor = Descriptor::from_json(sample(), "x");
  EXPECT_FALSE(descriptor.is_attestation());
  descriptor.annotations["vnd.docker.reference.digest"] = digest;
  EXPECT_EQ(descriptor.attests(), std::nullopt) << "without the type it is none";
  descriptor.annotations["vnd.docker.reference.type"] = "attestation-manifest";
  EXPECT_EQ(descriptor.attests(), Digest::parse(digest));
  descriptor.annotations["vnd.docker.reference.digest"] = "sha256:short";
  EXPECT_TRUE(descriptor.is_attestation());
  EXPECT_EQ(descriptor.attests(), std::nullopt);
}

}  // namespace
}  // namespace polyarch::oci
