#include "app/step_line.hpp"

#include <gtest/gtest.h>

namespace polyarch::app {
namespace {

constexpr const char* two_stages =
    "ARG BASE=alpine\n"                                // 1
    "FROM --platform=$BUILDPLATFORM $BASE AS Build\n"  // 2
    "ENV A=1\n"                                        // 3
    "WORKDIR /src\n"                                   // 4
    "RUN make \\\n"                                    // 5
    "  all\n"                                          // 6
    "FROM scratch\n"                                   // 7
    "COPY --from=build /app /app\n"                    // 8
    "ENTRYPOINT [\"/app\"]\n";                         // 9

TEST(StepLine, CountsAsBuildKitDoes) {
  const auto file = dockerfile::parse(two_stages, "Dockerfile");
  struct Case {
    const char* step;
    int line;
  };
  for (const auto& [step, line] : {
           Case{"[linux/amd64 build 1/3] FROM docker.io/library/alpine", 2},
           {"[linux/amd64->arm64 build 2/3] WORKDIR /src", 4},
           {"[build 3/3] RUN make   all", 5},
           {"[linux/arm64 stage-1 2/2] COPY --from=build /app /app", 8},
           {"[stage-1 1/2] FROM scratch", 7},
           {"[build 3/5] RUN make all", 0},
           {"[build 4/3] RUN make all", 0},
           {"[build 0/3] RUN make all", 0},
           {"[other 2/3] RUN make", 0},
           {"[internal] load build context", 0},
           {"[linux/amd64 internal] load metadata for docker.io/library/alpine", 0},
           {"exporting to image", 0},
           {"", 0},
       }) {
    EXPECT_EQ(step_line(file, step), line) << step;
  }
}

TEST(StepLine, OfTheOnlyStageHasNoName) {
  for (const auto* const from : {"FROM alpine\n", "FROM alpine AS only\n"}) {
    const auto file = dockerfile::parse(std::string(from) + "RUN a\nCOPY b c\n", "Dockerfile");
    EXPECT_EQ(step_line(file, "[linux/arm64 1/3] FROM docker.io/library/alpine"), 1);
    EXPECT_EQ(step_line(file, "[linux/arm64 2/3] RUN a"), 2);
    EXPECT_EQ(step_line(file, "[3/3] COPY b c"), 3);
  }
}

TEST(StepLine, ReadsPaddedNumbers) {
  std::string text = "FROM alpine AS build\n";
  for (int i = 0; i < 10; ++i) text += "RUN step\n";
  const auto file = dockerfile::parse(text + "FROM build\n", "Dockerfile");
  EXPECT_EQ(step_line(file, "[linux/arm64 build  3/11] RUN step"), 3);
  EXPECT_EQ(step_line(file, "[build 11/11] RUN step"), 11);
}

}  // namespace
}  // namespace polyarch::app
