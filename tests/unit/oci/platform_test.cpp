#include "oci/platform.hpp"

#include <gmock/gmock.h>

#include "base/error.hpp"

namespace polyarch::oci {
namespace {

using ::testing::HasSubstr;

struct PlatformRow {
  const char* text;
  const char* meaning;
};

TEST(Platform, IsNormalisedAsContainerdDoes) {
  for (const auto& row : std::initializer_list<PlatformRow>{
           {"linux/amd64", "linux/amd64"},
           {"amd64", "linux/amd64"},
           {"x86_64", "linux/amd64"},
           {"linux/x86-64", "linux/amd64"},
           {"linux/amd64/v1", "linux/amd64"},
           {"linux/x86_64/v1", "linux/amd64"},
           {"linux/amd64/v2", "linux/amd64/v2"},
           {"linux/amd64/V3", "linux/amd64/v3"},
           {"i386", "linux/386"},
           {"linux/i386/sse2", "linux/386"},
           {"linux/386", "linux/386"},
           {"linux/386/softfloat", "linux/386/softfloat"},
           {"aarch64", "linux/arm64"},
           {"arm64", "linux/arm64"},
           {"linux/arm64/v8", "linux/arm64"},
           {"linux/arm64/8", "linux/arm64"},
           {"linux/aarch64/v8", "linux/arm64"},
           {"linux/arm64/v9", "linux/arm64/v9"},
           {"linux/arm64/v8.1", "linux/arm64/v8.1"},
           {"arm", "linux/arm/v7"},
           {"linux/arm", "linux/arm/v7"},
           {"linux/arm/7", "linux/arm/v7"},
           {"linux/arm/v7", "linux/arm/v7"},
           {"linux/arm/6", "linux/arm/v6"},
           {"linux/arm/5", "linux/arm/v5"},
           {"linux/arm/8", "linux/arm/v8"},
           {"linux/arm/v8", "linux/arm/v8"},
           {"armhf", "linux/arm/v7"},
           {"linux/armhf/v6", "linux/arm/v7"},
           {"armel", "linux/arm/v6"},
           {"linux/armel/v7", "linux/arm/v6"},
           {"Linux/ARM64", "linux/arm64"},
           {"macos/arm64", "darwin/arm64"},
           {"windows/amd64", "windows/amd64"},
           {"linux/riscv64", "linux/riscv64"},
           {"s390x", "linux/s390x"},
           {"linux/ppc64le", "linux/ppc64le"},
       }) {
    const auto platform = Platform::parse(row.text);
    EXPECT_EQ(platform.str(), row.meaning) << row.text;
    EXPECT_EQ(Platform::parse(platform.str()), platform) << row.text << " is not stable";
    EXPECT_EQ(Platform::from_json(platform.to_json(), "x"), platform) << row.text;
  }
}

TEST(Platform, RefusesWhatIsNone) {
  using namespace std::string_literals;
  for (const auto& text :
       {""s, "/"s, "linux"s, "linux/"s, "/arm64"s, "linux//v7"s, "linux/arm/v7/x"s, "linux/pdp11"s, "beos/amd64"s,
        "unknown/unknown"s, " linux/arm64"s, "linux/arm64 "s, "linux/arm/v 7"s, "linux/arm/v7\n"s, "linux/arm64\0"s,
        "linux/arm/\xc3\xa9"s, "linux/amd64/" + std::string(33, 'v'), std::string(100'000, '/')}) {
    try {
      Platform::parse(text);
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage) << text;
      EXPECT_THAT(error.hint(), HasSubstr("riscv64")) << text;
    }
  }
}

TEST(Platform, AnErrorShowsNoHostileBytes) {
  for (const auto* text : {"\x1b[31m/arm64", "linux/\x1b[31m\r\n::error::", "linux/arm/\x1b]0;x\a\n"}) {
    try {
      Platform::parse(text + std::string(10'000, 'x'));
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.message().find_first_of("\x1b\a\r\n"), std::string::npos);
      EXPECT_LT(error.message().size(), 300U);
    }
  }
}

TEST(Platform, ReadsJson) {
  const auto json = parse_json(R"({"os":"Windows","architecture":"x86_64","os.version":"10.0.17763.1","x":1})", "x");
  EXPECT_EQ(Platform::from_json(json, "x"), (Platform{"windows", "amd64", "", "10.0.17763.1"}));
  EXPECT_TRUE(Platform::from_json(parse_json(R"({"os":"unknown","architecture":"unknown"})", "x"), "x").unknown());
  EXPECT_FALSE(Platform::parse("arm64").unknown());
}

TEST(Platform, RefusesHostileJson) {
  for (const auto* text :
       {"[]", "null", "1", R"({"os":1,"architecture":"a"})", R"({"os":"linux","architecture":[]})",
        R"({"os":"linux","architecture":"arm","variant":7})", R"({"os":"../../etc","architecture":"amd64"})",
        R"({"os":"linux","architecture":"amd64\n::set-output::"})", R"({"os":"linux","architecture":"a\u0000"})",
        R"({"os":"linux","architecture":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"})",
        R"({"os":"linux","architecture":"arm","os.version":{}})"}) {
    try {
      Platform::from_json(parse_json(text, "x"), "the index");
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input) << text;
      EXPECT_THAT(error.message(), HasSubstr("the index: ")) << text;
    }
  }
}

TEST(Platform, HasASlug) {
  EXPECT_EQ(Platform::parse("arm").slug(), "linux-arm-v7");
  EXPECT_EQ(Platform::parse("linux/arm64").slug(), "linux-arm64");
}

TEST(Platforms, HaveDistinctNames) {
  const auto windows = [](const std::string& version) { return Platform{"windows", "amd64", "", version}; };
  const auto linux = Platform::parse("linux/arm/v7");
  EXPECT_THAT(distinct_names({linux, windows("10.0.1")}), ::testing::ElementsAre("linux/arm/v7", "windows/amd64"));
  EXPECT_THAT(distinct_names({windows("10.0.1"), linux, windows("10.\a2"), windows(""), windows("")}),
              ::testing::ElementsAre("windows(10.0.1)/amd64", "linux/arm/v7", "windows(10.2)/amd64", "windows/amd64",
                                     "windows/amd64 (2)"));
}

TEST(Platforms, KeepOrderAndDropRepetitions) {
  std::vector<std::string> names;
  for (const auto& platform : parse_platforms({"linux/arm64, amd64,", "", "aarch64,linux/arm", "linux/arm/v7"})) {
    names.push_back(platform.str());
  }
  EXPECT_THAT(names, ::testing::ElementsAre("linux/arm64", "linux/amd64", "linux/arm/v7"));
  EXPECT_TRUE(parse_platforms({" , ,"}).empty());
  EXPECT_THROW(parse_platforms({"linux/arm64;linux/amd64"}), Error);
}

}  // namespace
}  // namespace polyarch::oci
