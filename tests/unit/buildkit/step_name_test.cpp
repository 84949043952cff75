#include "buildkit/step_name.hpp"

#include <gtest/gtest.h>

namespace polyarch::buildkit {
namespace {

struct NameCase {
  std::string name;
  std::string runs_on;
  std::string target;
  std::string stage;
  int index;
  int total;
  bool internal;
  std::string text;
};

std::string str(const std::optional<oci::Platform>& platform) {
  return platform ? platform->str() : "";
}

TEST(StepName, IsTakenApart) {
  const NameCase cases[] = {
      {"[2/3] RUN make", "", "", "", 2, 3, false, "RUN make"},
      {"[build  2/10] RUN make", "", "", "build", 2, 10, false, "RUN make"},
      {"[linux/arm64 2/3] RUN make", "linux/arm64", "linux/arm64", "", 2, 3, false, "RUN make"},
      {"[linux/arm/v7 stage-1 1/1] FROM x", "linux/arm/v7", "linux/arm/v7", "stage-1", 1, 1, false, "FROM x"},
      {"[linux/amd64->arm64 build 2/3] RUN make", "linux/amd64", "linux/arm64", "build", 2, 3, false, "RUN make"},
      {"[linux/amd64->arm/v7 build 2/3] RUN [a] b", "linux/amd64", "linux/arm/v7", "build", 2, 3, false, "RUN [a] b"},
      {"[linux/amd64->windows/amd64 b 2/3] RUN m", "linux/amd64", "windows/amd64", "b", 2, 3, false, "RUN m"},
      {"[internal] load build context", "", "", "", 0, 0, true, "load build context"},
      {"[linux/s390x internal] load metadata for r.example/x:1", "linux/s390x", "linux/s390x", "", 0, 0, true,
       "load metadata for r.example/x:1"},
      {"[auth] t/x:pull token for r.example", "", "", "", 0, 0, true, "t/x:pull token for r.example"},
      {"[linux/arm64 context base] load metadata for r.example/x", "linux/arm64", "linux/arm64", "base", 0, 0, true,
       "load metadata for r.example/x"},
      {"[linux/arm64 context 2/3] RUN make", "linux/arm64", "linux/arm64", "context", 2, 3, false, "RUN make"},
      {"importing cache manifest from r.example/c", "", "", "", 0, 0, true,
       "importing cache manifest from r.example/c"},
      {"exporting to image", "", "", "", 0, 0, false, "exporting to image"},
      {"[not/a/platform/at/all x 1/2] RUN y", "", "", "x", 1, 2, false, "RUN y"},
      {"[99999999999999999999/1] RUN y", "", "", "", 0, 0, false, "RUN y"},
      {"[", "", "", "", 0, 0, false, "["},
      {"[] ", "", "", "", 0, 0, false, ""},
      {"", "", "", "", 0, 0, false, ""},
  };
  for (const auto& one : cases) {
    SCOPED_TRACE(one.name);
    const auto parsed = parse_step_name(one.name);
    EXPECT_EQ(str(parsed.runs_on), one.runs_on);
    EXPECT_EQ(str(parsed.target), one.target);
    EXPECT_EQ(parsed.stage, one.stage);
    EXPECT_EQ(parsed.index, one.index);
    EXPECT_EQ(parsed.total, one.total);
    EXPECT_EQ(parsed.internal, one.internal);
    EXPECT_EQ(parsed.text, one.text);
  }
}

TEST(StepName, OnlyRunRunsACommand) {
  EXPECT_TRUE(parse_step_name("[2/3] RUN make").runs_command());
  EXPECT_FALSE(parse_step_name("[2/3] COPY a b").runs_command());
}

}  // namespace
}  // namespace polyarch::buildkit
