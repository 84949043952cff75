#include "report/timeline.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/report/sample.hpp"

namespace polyarch::report {
namespace {

using std::chrono::milliseconds;
using ::testing::SizeIs;

Step at(const std::string& name, const std::optional<oci::Platform>& platform, int start, int end) {
  auto step = done(name, platform, end - start);
  step.started = Time(milliseconds(100'000 + start));
  step.completed = Time(milliseconds(100'000 + end));
  return step;
}

TEST(Timeline, BeginsWithTheFirstStepAndEndsWithTheLast) {
  auto run = make_run({make_leg(amd64), make_leg(arm64)});
  run.steps = {at("b", arm64, 700, 5000), at("a", amd64, 200, 900), at("load", std::nullopt, 100, 150)};
  const auto timeline = Timeline::of(run);
  EXPECT_EQ(timeline.length, milliseconds(4900));
  ASSERT_THAT(timeline.lanes, SizeIs(3));
  EXPECT_EQ(timeline.lanes[0].leg, &run.legs[0]);
  EXPECT_EQ(timeline.lanes[0].bars.at(0).start, milliseconds(100));
  EXPECT_EQ(timeline.lanes[1].bars.at(0).length, milliseconds(4300));
  EXPECT_EQ(timeline.lanes[2].leg, nullptr) << "what is of no platform is shared";
}

TEST(Timeline, PutsWhatOverlapsIntoRowsOfItsOwn) {
  auto run = make_run({make_leg(amd64)});
  run.steps = {at("a", amd64, 0, 100), at("b", amd64, 50, 200), at("c", amd64, 100, 150), at("d", amd64, 300, 400)};
  const auto lane = Timeline::of(run).lanes.at(0);
  EXPECT_EQ(lane.rows, 2U);
  EXPECT_EQ(lane.bars[0].row, 0U);
  EXPECT_EQ(lane.bars[1].row, 1U);
  EXPECT_EQ(lane.bars[2].row, 0U);
  EXPECT_EQ(lane.bars[3].row, 0U);
}

TEST(Timeline, AStepWithoutAnEndLastsUntilTheEnd) {
  auto run = make_run({make_leg(amd64)});
  auto open = at("open", amd64, 10, 10);
  open.completed.reset();
  run.steps = {open, at("a", amd64, 0, 500), make_step("never", amd64)};
  const auto lane = Timeline::of(run).lanes.at(0);
  EXPECT_EQ(lane.bars[1].length, milliseconds(490));
  EXPECT_EQ(lane.bars[1].state, State::canceled);
  EXPECT_FALSE(lane.bars[2].timed) << "what never began comes last";
}

TEST(Timeline, OfTimesThatCannotBeIsStillOne) {
  auto run = make_run({make_leg(amd64)});
  run.steps = {at("backwards", amd64, 500, 100)};
  const auto timeline = Timeline::of(run);
  EXPECT_EQ(timeline.length, milliseconds(0));
  EXPECT_EQ(timeline.lanes.at(0).bars.at(0).length, milliseconds(0));
  EXPECT_THAT(Timeline::of(make_run({})).lanes, SizeIs(0));
}

}  // namespace
}  // namespace polyarch::report
