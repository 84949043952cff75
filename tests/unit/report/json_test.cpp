#include "base/json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/redact.hpp"
#include "report/writers.hpp"
#include "unit/report/sample.hpp"

namespace polyarch::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(JsonReport, HoldsEveryField) {
  auto leg = make_leg(arm64);
  leg.optional = true;
  leg.node = "builder/node0";
  leg.tests = {{"/app", Result::skipped, std::chrono::milliseconds(5), "out"}};
  auto run = make_run({leg});
  run.engine_version = "1.0";
  run.context = ".";
  run.tags = {"r.example/a:1"};
  run.warnings = {{"message", "Dockerfile", 3, "hint"}};
  run.steps = {done("[linux/arm64 b 1/2] RUN x", arm64, 1500), make_step("[internal] load")};
  run.steps[0].line = 7;
  run.steps[0].log = "one\ntwo\n";
  const auto json = parse_json(to_json(run), "report");
  EXPECT_EQ(json["schema"], "polyarch.report/v1");
  EXPECT_EQ(json["started"], "2026-01-02T03:04:05.678Z");
  EXPECT_EQ(json["duration_ms"], 252'000);
  EXPECT_EQ(json["result"], "passed");
  EXPECT_EQ(json["tags"], Json::array({"r.example/a:1"}));
  const auto& one = json["legs"][0];
  EXPECT_EQ(one["platform"], "linux/arm64");
  EXPECT_EQ(one["optional"], true);
  EXPECT_EQ(one["node"], "builder/node0");
  EXPECT_EQ(one["size"], 12'300'000);
  EXPECT_EQ(one["tests"][0]["result"], "skipped");
  EXPECT_EQ(json["warnings"][0]["line"], 3);
  EXPECT_EQ(json["steps"][0]["line"], 7);
  EXPECT_EQ(json["steps"][0]["log"], "one\ntwo");
  EXPECT_EQ(json["steps"][0]["completed"], "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(json["steps"][1]["started"], nullptr);
  EXPECT_EQ(json["steps"][1]["platform"], nullptr);
}

TEST(JsonReport, SurvivesHostileText) {
  const auto json = parse_json(to_json(make_hostile_run()), "report");
  EXPECT_EQ(json["error"], "a|b `c` <b>&amp;</b> *d* [x](y) @all\nred \"q\"");
}

TEST(Reports, HoldNoSecret) {
  redactor().add("s3cr3t-<&>|`");
  auto leg = make_leg(amd64, Result::failed);
  leg.error = "token s3cr3t-<&>|` was refused, s3cr\x1b[0m3t-<&>|` too";
  auto run = make_run({leg});
  run.error = leg.error;
  for (const auto& report : {to_table(run, false), to_markdown(run), to_junit(run), to_json(run), to_html(run)}) {
    EXPECT_THAT(report, HasSubstr("was refused"));
    EXPECT_THAT(report, Not(HasSubstr("s3cr")));
  }
}

}  // namespace
}  // namespace polyarch::report
