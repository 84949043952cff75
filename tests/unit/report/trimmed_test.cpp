#include <gtest/gtest.h>

#include "unit/report/sample.hpp"

namespace polyarch::report {
namespace {

TEST(Trimmed, LeavesWhatFits) {
  auto run = make_run({make_leg(amd64)});
  run.steps = {done("a", amd64, 1)};
  run.steps[0].log = "one\ntwo\n";
  const auto cut = trimmed(run, 100, 10);
  EXPECT_EQ(cut.steps.size(), 1U);
  EXPECT_EQ(cut.steps[0].log, "one\ntwo\n");
}

TEST(Trimmed, KeepsTheOutputOfWhatFailedLongest) {
  auto run = make_run({make_leg(amd64)});
  run.steps = {done("good", amd64, 1), failed("bad", amd64, "exit code 2")};
  run.steps[0].log = std::string(1000, 'g');
  run.steps[1].log = std::string(900, 'b');
  run.legs[0].tests = {{"bad", Result::failed, {}, std::string(50, 't')}};
  const auto cut = trimmed(run, 1000, 10);
  EXPECT_EQ(cut.steps[1].log.size(), 900U);
  EXPECT_EQ(cut.legs[0].tests[0].output.size(), 50U);
  EXPECT_EQ(cut.steps[0].log.size(), 50U);
}

TEST(Trimmed, KeepsTheEndFromAWholeLineOn) {
  auto run = make_run({});
  run.steps = {done("a", amd64, 1), done("b", amd64, 1)};
  run.steps[0].log = "first line\nlast line";
  run.steps[1].log = "ééééé";
  EXPECT_EQ(trimmed(run, 15, 10).steps[0].log, "last line");
  EXPECT_EQ(trimmed(run, 24, 10).steps[0].log, "last line");
  EXPECT_EQ(trimmed(run, 7, 10).steps[1].log, "é") << "no half of a character";
}

TEST(Trimmed, KeepsStepsThatFailedOrTookLongInTheirOrder) {
  auto run = make_run({});
  run.steps = {done("short", amd64, 1), done("long", amd64, 900), failed("bad", amd64, "no"), done("mid", amd64, 50)};
  run.steps[2].duration = std::chrono::milliseconds(0);
  const auto cut = trimmed(run, 100, 2);
  ASSERT_EQ(cut.steps.size(), 2U);
  EXPECT_EQ(cut.steps[0].name, "long");
  EXPECT_EQ(cut.steps[1].name, "bad");
}

}  // namespace
}  // namespace polyarch::report
