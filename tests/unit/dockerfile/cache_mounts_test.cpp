#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dockerfile/dockerfile.hpp"

namespace polyarch::dockerfile {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const auto mount_target = oci::Platform::parse("linux/arm64");
const auto mount_builder = oci::Platform::parse("linux/amd64");

// "id target platform line owner from", of an arm64 image built on amd64.
std::vector<std::string> mounts(const std::string& text, const Arguments& build_args = {},
                                const std::string& target = "") {
  std::vector<std::string> out;
  for (const auto& mount :
       cache_mounts(parse(text, "Dockerfile"), target, mount_target, mount_builder, build_args, {})) {
    auto line = mount.id + " " + mount.target + " " + mount.platform.str() + " " + std::to_string(mount.line);
    if (!mount.owner.empty()) line += " " + mount.owner;
    if (!mount.from.empty()) line += " from " + mount.from;
    out.push_back(line);
  }
  return out;
}

TEST(CacheMounts, TheTargetIsTheIdOfAMountWithoutOne) {
  EXPECT_THAT(
      mounts("FROM x\nRUN --mount=type=cache,target=/root/.cache/ make\n"
             "RUN --mount=type=cache,dst=/a/../b --mount=type=bind,target=/c make\n"
             "RUN --mount=type=cache,id=own,destination=/d make\n"),
      ElementsAre("/root/.cache /root/.cache/ linux/arm64 2", "/b /a/../b linux/arm64 3", "own /d linux/arm64 4"));
}

TEST(CacheMounts, ArgumentsAreThoseOfTheStageAtThatLine) {
  EXPECT_THAT(mounts("ARG G=global\nFROM x AS a\nARG TARGETARCH\nARG G\nARG D=own\nENV E=\"e $D\"\n"
                     "RUN --mount=type=cache,id=a-$TARGETARCH-${G}-$D,target=/a make\n"
                     "ENV D=env\n"
                     "FROM a\n"
                     "RUN --mount=type=cache,id=b-$TARGETARCH-$D,target=/a make\n"),
              ElementsAre("a-arm64-global-own /a linux/arm64 7", "b-arm64-env /a linux/arm64 10"));
  EXPECT_THAT(mounts("FROM x\nARG V=1\nRUN --mount=type=cache,id=v$V,target=/a make\n", {{"V", "2"}}),
              ElementsAre("v2 /a linux/arm64 3"));
}

TEST(CacheMounts, AnUndeclaredPlatformIsEmptyAndAnotherUnknownVariableIsNotGuessed) {
  EXPECT_THAT(mounts("FROM x\nRUN --mount=type=cache,id=a-$TARGETARCH,target=/a make\n"
                     "RUN --mount=type=cache,id=a-$HOME,target=/a make\nRUN --mount=type=cache,target=$HOME/b make\n"),
              ElementsAre("a- /a linux/arm64 2", " /a linux/arm64 3", " $HOME/b linux/arm64 4"));
  EXPECT_THAT(mounts("FROM x\nENV H=$UNKNOWN\nRUN --mount=type=cache,id=a$H,target=/a make\n"),
              ElementsAre(" /a linux/arm64 3"));
}

TEST(CacheMounts, OnlyStepsThatTheTargetNeedsCount) {
  const std::string text =
      "FROM --platform=$BUILDPLATFORM x AS build\nRUN --mount=type=cache,id=b,target=/b make\n"
      "FROM x AS other\nRUN --mount=type=cache,id=o,target=/o make\n"
      "FROM x\nCOPY --from=build /b /b\nRUN --mount=type=cache,id=l,target=/l make\n";
  EXPECT_THAT(mounts(text), ElementsAre("b /b linux/amd64 2", "l /l linux/arm64 7"));
  EXPECT_THAT(mounts(text, {}, "other"), ElementsAre("o /o linux/arm64 4"));
}

TEST(CacheMounts, OwnersAndSourcesAreAPartOfWhatADirectoryIs) {
  EXPECT_THAT(mounts("FROM x\nRUN --mount=type=cache,id=a,target=/a,uid=1,mode=0700 make\n"
                     "RUN --mount=type=cache,id=a,target=/a make\n"
                     "RUN --mount=type=cache,id=a,target=/b make\n"
                     "RUN --mount=type=cache,id=a,target=/a,from=scratch make\n"
                     "RUN --mount=type=cache,id=a,target=/a,from=tools make\n"
                     "RUN --mount=type=cache,id=c,target=/a,source=/s,uid=1 make\n"),
              ElementsAre("a /a linux/arm64 2 uid=1,mode=0700", "a /a linux/arm64 3", "a /a linux/arm64 6 from tools",
                          "c /a linux/arm64 7"));
}

TEST(CacheMounts, OtherMountsAreNone) {
  EXPECT_THAT(mounts("FROM x\nRUN --mount=type=tmpfs,target=/t --mount=type=secret,id=s make\nRUN make\n"), IsEmpty());
}

}  // namespace
}  // namespace polyarch::dockerfile
