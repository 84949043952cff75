#include "report/join.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "unit/report/sample.hpp"

namespace polyarch::report {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::SizeIs;

// The report of a job that built one platform, `after` the first of them began.
Run job(const oci::Platform& platform, Result result, seconds after) {
  auto leg = make_leg(platform, result);
  auto run = make_run({leg});
  run.started += after;
  run.duration = seconds(60);
  run.legs[0].started = run.started + seconds(1);
  run.result = result;
  if (result != Result::passed) run.error = "it failed at " + std::to_string(after.count());
  auto own = done("RUN on " + platform.str(), platform, 100);
  auto shared = done("[internal] load", std::nullopt, 5);
  own.started = shared.started = run.started;
  run.steps = {own, shared};
  return run;
}

std::vector<std::string> platforms_of(const Run& run) {
  std::vector<std::string> out;
  for (const auto& leg : run.legs) out.push_back(leg.platform.str() + " " + std::string(to_string(leg.result)));
  return out;
}

TEST(Join, OfOneReportIsThatReport) {
  const auto run = join({job(amd64, Result::failed, seconds(0))});
  EXPECT_EQ(run.error, "it failed at 0");
  EXPECT_THAT(run.steps, SizeIs(2));
}

TEST(Join, TakesTheLegsOfAllJobs) {
  const auto run = join({job(arm64, Result::passed, seconds(30)), job(amd64, Result::passed, seconds(0))});
  EXPECT_THAT(platforms_of(run), ElementsAre("linux/amd64 passed", "linux/arm64 passed"));
  EXPECT_EQ(run.result, Result::passed);
  EXPECT_EQ(run.started, make_run({}).started);
  EXPECT_EQ(run.duration, seconds(90)) << "from the first start to the last end";
  EXPECT_THAT(run.steps, SizeIs(4)) << "each job loaded for itself";
}

TEST(Join, OfALegThatWasBuiltAgainTheLastCounts) {
  const auto bad = job(arm64, Result::failed, seconds(0));
  const auto good = job(arm64, Result::passed, seconds(100));
  for (const auto& parts : {std::vector{bad, good}, std::vector{good, bad}}) {
    const auto run = join(parts);
    EXPECT_THAT(platforms_of(run), ElementsAre("linux/arm64 passed"));
    EXPECT_EQ(run.result, Result::passed);
    EXPECT_EQ(run.error, "");
  }
}

TEST(Join, AFailedLegFailsTheRun) {
  const auto run = join({job(amd64, Result::passed, seconds(0)), job(arm64, Result::failed, seconds(9))});
  EXPECT_EQ(run.result, Result::failed);
  EXPECT_EQ(run.error, "it failed at 9");
}

// The job that came last has the legs of the others from their records, which are shorter.
TEST(Join, PrefersTheReportOfTheJobThatBuilt) {
  auto first = job(amd64, Result::passed, seconds(0));
  first.legs[0].tests = {{"check", Result::passed, {}, "all of it"}};
  auto last = job(arm64, Result::passed, seconds(30));
  last.legs.insert(last.legs.begin(), first.legs[0]);
  last.legs[0].tests[0].output = "of it";
  last.steps.push_back(first.steps[0]);
  last.digest = "sha256:1";
  last.reference = "r.example/app:1@sha256:1";
  last.tags = {"r.example/app:1"};
  const auto run = join({last, first});
  EXPECT_EQ(run.legs[0].tests[0].output, "all of it");
  EXPECT_EQ(run.digest, "sha256:1");
  EXPECT_THAT(run.tags, ElementsAre("r.example/app:1"));
  EXPECT_THAT(run.steps, SizeIs(4)) << "no step twice";
}

TEST(Join, SaysAWarningOnce) {
  auto one = job(amd64, Result::passed, seconds(0));
  auto other = job(arm64, Result::passed, seconds(1));
  one.warnings = other.warnings = {{"twice", "Dockerfile", 3, ""}};
  EXPECT_THAT(join({one, other}).warnings, SizeIs(1));
}

TEST(Join, RefusesDifferentRunsAndNone) {
  auto other = job(arm64, Result::passed, seconds(1));
  other.id = "43";
  EXPECT_THROW(join({job(amd64, Result::passed, seconds(0)), other}), Error);
  EXPECT_THROW(join({}), Error);
}

}  // namespace
}  // namespace polyarch::report
