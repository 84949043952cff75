#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "report/progress.hpp"
#include "unit/report/sample.hpp"

namespace polyarch::report {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

Json only_line(const std::string& text) {
  EXPECT_EQ(text.find('\n'), text.size() - 1);
  return parse_json(text, "line");
}

TEST(JsonLines, AnObjectAnEvent) {
  const auto progress = make_json_lines();
  EXPECT_EQ(only_line(progress->phase("pushing", 5ms)),
            Json({{"event", "phase"}, {"time_ms", 5}, {"message", "pushing"}}));
  auto step = only_line(progress->step(started(make, arm64), 6ms));
  EXPECT_EQ(step["event"], "step");
  EXPECT_EQ(step["state"], "running");
  EXPECT_EQ(step["platform"], "linux/arm64");
  step = only_line(progress->step(failed(make, arm64, "exit code: 2"), 7ms));
  EXPECT_EQ(step["state"], "failed");
  EXPECT_EQ(step["error"], "exit code: 2");
  const auto log = only_line(progress->log({make, "a\x1b[1mb\xff"}, 8ms));
  EXPECT_EQ(log["text"], "ab");
  EXPECT_EQ(log["platform"], "linux/arm64");
  EXPECT_EQ(only_line(progress->log({"unknown", "x"}, 8ms))["platform"], nullptr);
}

TEST(JsonLines, GivesASignOfLife) {
  const auto progress = make_json_lines();
  progress->step(started(make, arm64), 1s);
  EXPECT_THAT(progress->tick(30s), IsEmpty());
  EXPECT_EQ(only_line(progress->tick(31s))["running"], Json::array({make}));
}

TEST(QuietProgress, SpeaksOnlyOfFailures) {
  const auto progress = make_quiet();
  EXPECT_THAT(progress->phase("pushing", 0s), IsEmpty());
  EXPECT_THAT(progress->step(started(make, arm64), 0s), IsEmpty());
  EXPECT_THAT(progress->log({make, "x"}, 0s), IsEmpty());
  EXPECT_THAT(progress->tick(99s), IsEmpty());
  EXPECT_THAT(progress->step(failed(make, arm64, "exit code: 2"), 99s),
              HasSubstr("✗ linux/arm64  build 2/4 RUN make  failed after 12s\n  exit code: 2\n"));
  EXPECT_THAT(progress->finish(99s), IsEmpty());
}

}  // namespace
}  // namespace polyarch::report
