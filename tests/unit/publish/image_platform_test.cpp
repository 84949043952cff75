#include "publish/image_platform.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"

namespace polyarch::publish {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::optional<oci::Platform> declared(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(oci::Platform::parse(text));
}

std::string failure(const std::optional<oci::Platform>& index, const std::string& config) {
  try {
    return image_platform(index, config, "the image").str();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::publish);
    return "failed: " + error.message();
  }
}

TEST(ImagePlatform, IsWhatIndexAndConfigAgreeOn) {
  const std::vector<std::array<std::string, 3>> table{
      {"linux/amd64", R"({"os":"linux","architecture":"amd64"})", "linux/amd64"},
      {"", R"({"os":"linux","architecture":"arm64","variant":"v8"})", "linux/arm64"},
      {"linux/arm64", R"({"os":"linux","architecture":"arm64","variant":"v8"})", "linux/arm64"},
      {"linux/arm/v6", R"({"os":"linux","architecture":"arm"})", "linux/arm/v6"},
      {"linux/amd64/v3", R"({"os":"linux","architecture":"amd64"})", "linux/amd64/v3"},
      {"linux/arm64", "{}", "linux/arm64"},
      {"linux/sparc64", R"({"os":"linux","architecture":"sparc64"})", "linux/sparc64"},
  };
  for (const auto& [index, config, expected] : table) {
    auto said = index == "linux/sparc64" ? std::optional(oci::Platform{"linux", "sparc64", {}, {}}) : declared(index);
    EXPECT_EQ(failure(said, config), expected) << index << " " << config;
  }
}

TEST(ImagePlatform, NamesBothWhenTheyDiffer) {
  EXPECT_THAT(failure(declared("linux/arm64"), R"({"os":"linux","architecture":"amd64"})"),
              AllOf(HasSubstr("the image"), HasSubstr("linux/arm64"), HasSubstr("linux/amd64")));
  EXPECT_THAT(failure(declared("linux/arm/v7"), R"({"os":"linux","architecture":"arm","variant":"v6"})"),
              AllOf(HasSubstr("linux/arm/v7"), HasSubstr("linux/arm/v6")));
}

TEST(ImagePlatform, MustBeOneThatCanBe) {
  EXPECT_THAT(failure({}, R"({"os":"darwin","architecture":"s390x"})"), HasSubstr("no platform darwin/s390x"));
  EXPECT_THAT(failure({}, R"({"os":"linux","architecture":"amd64","variant":"v9"})"), HasSubstr("no platform"));
  EXPECT_THAT(failure({}, "{}"), HasSubstr("not an image of a platform"));
  EXPECT_THAT(failure({}, R"({"os":"unknown","architecture":"unknown"})"), HasSubstr("not an image of a platform"));
}

}  // namespace
}  // namespace polyarch::publish
