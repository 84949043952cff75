#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dockerfile/dockerfile.hpp"

namespace polyarch::dockerfile {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const auto amd64 = oci::Platform::parse("linux/amd64");
const auto arm64 = oci::Platform::parse("linux/arm64");

struct Options {
  std::string target = {};
  Arguments build_args = {};
  std::vector<std::string> contexts = {};
};

// "reference platform line", for an arm64 image built on amd64.
std::vector<std::string> images_of(const std::string& text, const Options& options = {}) {
  std::vector<std::string> out;
  for (const auto& image :
       base_images(parse(text, "Dockerfile"), options.target, arm64, amd64, options.build_args, options.contexts)) {
    out.push_back(image.reference + " " + image.platform.str() + " " + std::to_string(image.line));
  }
  return out;
}

TEST(BaseImages, FollowWhatTheTargetNeeds) {
  const std::string text =
      "FROM --platform=$BUILDPLATFORM golang AS build\n"
      "FROM unused AS other\n"
      "FROM alpine AS base\n"
      "FROM base\n"
      "COPY --from=build /a /a\n"
      "COPY --from=1st/image /b /b\n"
      "RUN --mount=type=bind,from=tools:2,target=/t x\n";
  EXPECT_THAT(images_of(text), ElementsAre("golang linux/amd64 1", "alpine linux/arm64 3", "1st/image linux/arm64 6",
                                           "tools:2 linux/arm64 7"));
  EXPECT_THAT(images_of(text, {.target = "other"}), ElementsAre("unused linux/arm64 2"));
}

TEST(BaseImages, StagesAreNamedByNumberAndInAnyCase) {
  EXPECT_THAT(images_of("FROM a\nFROM b AS Two\nFROM scratch\nCOPY --from=0 / /\nCOPY --from=TWO / /\n"),
              ElementsAre("a linux/arm64 1", "b linux/arm64 2"));
  EXPECT_THAT(images_of("FROM scratch\nCOPY --from=7 / /\n"), IsEmpty());
}

TEST(BaseImages, ALaterStageMayBeCopiedFromAndCyclesEnd) {
  EXPECT_THAT(images_of("FROM a AS x\nCOPY --from=y / /\nFROM b AS y\nCOPY --from=x / /\n", {.target = "x"}),
              ElementsAre("a linux/arm64 1", "b linux/arm64 3"));
}

TEST(BaseImages, ExpandArguments) {
  const std::string text =
      "ARG TAG=3\nARG IMAGE\nFROM alpine:$TAG AS a\nFROM ${IMAGE:-busybox} AS b\nFROM $IMAGE\nCOPY --from=a / /\nCOPY "
      "--from=b / /";
  EXPECT_THAT(images_of(text), ElementsAre("alpine:3 linux/arm64 3", "busybox linux/arm64 4"));
  EXPECT_THAT(images_of(text, {.build_args = {{"TAG", "4"}, {"IMAGE", "debian"}}}),
              ElementsAre("alpine:4 linux/arm64 3", "debian linux/arm64 4"));
}

TEST(BaseImages, AStageMayBeChosenByPlatform) {
  EXPECT_THAT(images_of("FROM x AS base-amd64\nFROM y AS base-arm64\nFROM base-$TARGETARCH\n"),
              ElementsAre("y linux/arm64 2"));
}

TEST(BaseImages, NamedContextsAndScratchArePulledByNobody) {
  EXPECT_THAT(images_of("FROM scratch\n"), IsEmpty());
  EXPECT_THAT(images_of("FROM docker.io/library/Alpine:latest\n", {.contexts = {"alpine"}}), IsEmpty());
  EXPECT_THAT(images_of("FROM alpine:3\n", {.contexts = {"alpine"}}), ElementsAre("alpine:3 linux/arm64 1"));
  EXPECT_THAT(images_of("FROM scratch\nCOPY --from=assets / /\n", {.contexts = {"assets"}}), IsEmpty());
  EXPECT_THAT(images_of("FROM a AS base\nFROM base\n", {.contexts = {"base"}}), IsEmpty());
}

TEST(BaseImages, TriggersOfTheBaseStageCount) {
  EXPECT_THAT(images_of("FROM a AS base\nONBUILD COPY --from=tools /t /t\nFROM base\n"),
              ElementsAre("a linux/arm64 1", "tools linux/arm64 2"));
}

TEST(BaseImages, APlatformThatCannotBeToldIsLeftOut) {
  EXPECT_THAT(images_of("FROM --platform=$NO a\n"), IsEmpty());
  EXPECT_THAT(images_of("FROM --platform=linux/arm/v7 a\n"), ElementsAre("a linux/arm/v7 1"));
}

TEST(RunsOnBuildPlatform, FollowsTheBaseStage) {
  const auto file = parse(
      "FROM --platform=${BUILDPLATFORM} a AS base\nFROM base AS next\nFROM next\nFROM --platform=linux/amd64 a\nFROM a",
      "Dockerfile");
  EXPECT_TRUE(runs_on_build_platform(file, 0));
  EXPECT_TRUE(runs_on_build_platform(file, 2));
  EXPECT_FALSE(runs_on_build_platform(file, 3));
  EXPECT_FALSE(runs_on_build_platform(file, 4));
}

}  // namespace
}  // namespace polyarch::dockerfile
