#include "app/platform_tags.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"

namespace polyarch::app {
namespace {

publish::Leg leg(const std::string& platform, const std::string& version = "") {
  publish::Leg out{oci::Platform::parse(platform), {}, {}, "a source", "bytes of " + platform + version};
  out.platform.os_version = version;
  out.manifest.digest = Digest::sha256(out.bytes);
  return out;
}

std::vector<std::string> names(const std::vector<publish::Leg>& legs, const std::vector<std::string>& tags) {
  std::vector<oci::Reference> references;
  for (const auto& tag : tags) references.push_back(oci::Reference::parse(tag));
  std::vector<std::string> out;
  for (const auto& promotion : platform_tags(legs, references))
    for (const auto& tag : promotion.tags) out.push_back(tag.str() + " " + promotion.artifact.bytes);
  return out;
}

TEST(PlatformTags, HaveThePlatformBehindEachTag) {
  EXPECT_THAT(
      names({leg("linux/amd64"), leg("linux/arm/v7"), leg("windows/amd64")}, {"r.example/a:v1.0", "r.example/b:x"}),
      ::testing::ElementsAre("r.example/a:v1.0-amd64 bytes of linux/amd64", "r.example/b:x-amd64 bytes of linux/amd64",
                             "r.example/a:v1.0-arm-v7 bytes of linux/arm/v7",
                             "r.example/b:x-arm-v7 bytes of linux/arm/v7",
                             "r.example/a:v1.0-windows-amd64 bytes of windows/amd64",
                             "r.example/b:x-windows-amd64 bytes of windows/amd64"));
}

TEST(PlatformTags, AreOfOneImageEach) {
  EXPECT_THROW(names({leg("windows/amd64", "10.0.1"), leg("windows/amd64", "10.0.2")}, {"r.example/a:1"}), Error);
  EXPECT_THROW(names({leg("linux/amd64")}, {"r.example/a:" + std::string(125, 'x')}), Error);
}

TEST(PlatformTags, AreNamesOfNothingElse) {
  const auto problem = [](const std::vector<publish::Leg>& legs, const std::vector<std::string>& tags) -> std::string {
    try {
      names(legs, tags);
    } catch (const Error& error) {
      return error.message();
    }
    return "";
  };
  EXPECT_EQ(problem({leg("linux/amd64")}, {"r.example/a:c", "r.example/a:c-amd64"}),
            "--platform-tags: --tag r.example/a:c-amd64 and r.example/a:c for linux/amd64 would have one tag, "
            "r.example/a:c-amd64");
  EXPECT_EQ(problem({leg("linux/amd64"), leg("windows/amd64")}, {"r.example/a:c", "r.example/a:c-windows"}),
            "--platform-tags: r.example/a:c-windows for linux/amd64 and r.example/a:c for windows/amd64 would have one "
            "tag, r.example/a:c-windows-amd64");
  EXPECT_EQ(problem({leg("linux/amd64")}, {"r.example/a:c", "r.example/b:c-amd64"}), "");
}

}  // namespace
}  // namespace polyarch::app
