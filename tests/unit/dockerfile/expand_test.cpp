#include "dockerfile/expand.hpp"

#include <gtest/gtest.h>

namespace polyarch::dockerfile {
namespace {

struct Case {
  std::string text;
  std::optional<std::string> expected;
};

TEST(Expand, SubstitutesAsTheFrontendDoes) {
  const Arguments values{{"A", "1"}, {"EMPTY", ""}, {"B_2", "two"}};
  const std::vector<Case> cases{
      {"plain", "plain"},
      {"$A", "1"},
      {"x-$A/y", "x-1/y"},
      {"${A}b", "1b"},
      {"$B_2.x", "two.x"},
      {"${A:-z}", "1"},
      {"${EMPTY:-z}", "z"},
      {"${EMPTY-z}", ""},
      {"${NO:-z}", "z"},
      {"${NO-z}", "z"},
      {"${NO:-${A}}", "1"},
      {"${NO:-${NEITHER:-deep}}", "deep"},
      {"${A:-$NO}", "1"},
      {"${A:+set}", "set"},
      {"${NO:+set}", ""},
      {"${EMPTY+set}", "set"},
      {"${A:?message}", "1"},
      {"\"$A\"", "1"},
      {"'$A'", "$A"},
      {"\\$A", "$A"},
      {"$NO", std::nullopt},
      {"a$", std::nullopt},
      {"${NO:?message}", std::nullopt},
      {"${A#1}", std::nullopt},
      {"${A%1}", std::nullopt},
      {"${A/1/2}", std::nullopt},
      {"${A", std::nullopt},
      {"${}", std::nullopt},
      {"\"$A", std::nullopt},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(expand(text, values, '\\'), expected) << text;
}

TEST(Expand, BoundsDepthAndSize) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "${A:-";
  EXPECT_EQ(expand(deep, {}, '\\'), std::nullopt);
  EXPECT_EQ(expand("$A$A", {{"A", std::string(4000, 'x')}}, '\\'), std::nullopt);
}

class GlobalArguments : public ::testing::Test {
 protected:
  static Arguments of(const std::string& text, const Arguments& build_args = {}) {
    const auto file = parse(text, "Dockerfile");
    return global_arguments(file, "", oci::Platform::parse("linux/arm/v7"), oci::Platform::parse("linux/amd64"),
                            build_args);
  }
};

TEST_F(GlobalArguments, HoldThePlatforms) {
  const auto values = of("FROM a AS final");
  EXPECT_EQ(values.at("TARGETPLATFORM"), "linux/arm/v7");
  EXPECT_EQ(values.at("TARGETOS"), "linux");
  EXPECT_EQ(values.at("TARGETARCH"), "arm");
  EXPECT_EQ(values.at("TARGETVARIANT"), "v7");
  EXPECT_EQ(values.at("BUILDPLATFORM"), "linux/amd64");
  EXPECT_EQ(values.at("BUILDARCH"), "amd64");
  EXPECT_EQ(values.at("BUILDVARIANT"), "");
  EXPECT_EQ(values.at("TARGETSTAGE"), "final");
}

TEST_F(GlobalArguments, UseEarlierOnesAndGiveWayToBuildArguments) {
  const std::string text = "ARG A=1 B=\"x $A\"\nARG C=$B-$TARGETARCH\nARG D\nARG E=$UNSET\nARG TARGETARCH\nFROM a";
  const auto values = of(text, {{"A", "2"}, {"UNDECLARED", "u"}});
  EXPECT_EQ(values.at("B"), "x 2");
  EXPECT_EQ(values.at("C"), "x 2-arm");
  EXPECT_EQ(values.at("TARGETARCH"), "arm");
  EXPECT_FALSE(values.contains("D"));
  EXPECT_FALSE(values.contains("E"));
  EXPECT_FALSE(values.contains("UNDECLARED"));
  EXPECT_EQ(of(text, {{"D", "d"}}).at("D"), "d");
}

}  // namespace
}  // namespace polyarch::dockerfile
