#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/progress.hpp"
#include "unit/report/sample.hpp"

namespace polyarch::report {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using namespace std::chrono_literals;

class PlainProgress : public ::testing::Test {
 protected:
  std::unique_ptr<Progress> progress_ = make_plain({{amd64, false}, {arm64, true}}, false);
};

TEST_F(PlainProgress, AShortStepIsShownByItsEnd) {
  EXPECT_THAT(progress_->step(started(make, arm64), 0s), IsEmpty());
  EXPECT_THAT(progress_->tick(900ms), IsEmpty());
  EXPECT_EQ(progress_->step(done(make, arm64, 900), 900ms),
            "[linux/arm64] build 2/4 RUN make … done 0.9s (emulated)\n");
  EXPECT_EQ(progress_->step(cached("[linux/amd64 build 1/4] FROM a", amd64), 1s),
            "[linux/amd64] build 1/4 FROM a … cached\n");
}

TEST_F(PlainProgress, AStepThatBuildKitRepeatsEndsOnce) {
  const std::string from = "[linux/amd64 build 1/4] FROM r.example/a@sha256:" + std::string(64, 'e');
  EXPECT_EQ(progress_->step(done(from, amd64, 100), 100ms),
            "[linux/amd64] build 1/4 FROM r.example/a@sha256:eeeeeeeeeeee … done 0.1s\n");
  EXPECT_THAT(progress_->step(started(from, amd64), 200ms), IsEmpty());
  EXPECT_THAT(progress_->step(done(from, amd64, 300), 300ms), IsEmpty());
  EXPECT_THAT(progress_->step(failed(from, amd64, "gone"), 400ms), HasSubstr("failed"));
}

TEST_F(PlainProgress, ALongStepIsNamedOnceWhenItBegins) {
  progress_->step(started(make, arm64), 0s);
  EXPECT_EQ(progress_->tick(1s), "[linux/arm64] build 2/4 RUN make\n");
  EXPECT_THAT(progress_->tick(2s), IsEmpty());
}

TEST_F(PlainProgress, OutputStandsUnderTheNameOfItsStep) {
  const std::string other = "[linux/arm64 test 1/2] RUN check";
  progress_->step(started(make, arm64), 0s);
  progress_->step(started(other, arm64), 0s);
  EXPECT_EQ(progress_->log({make, "gcc\x1b[1m a.c\r"}, 1s),
            "[linux/arm64] build 2/4 RUN make\n[linux/arm64] | gcc a.c\n");
  EXPECT_EQ(progress_->log({make, "gcc b.c"}, 1s), "[linux/arm64] | gcc b.c\n");
  EXPECT_EQ(progress_->log({other, "ok"}, 1s), "[linux/arm64] test 1/2 RUN check\n[linux/arm64] | ok\n");
  EXPECT_EQ(progress_->log({make, "ld"}, 1s), "[linux/arm64] build 2/4 RUN make\n[linux/arm64] | ld\n");
  EXPECT_THAT(progress_->log({make, " "}, 1s), IsEmpty());
  EXPECT_THAT(progress_->log({"unknown", "x"}, 1s), IsEmpty());
}

TEST_F(PlainProgress, InternalWorkIsShownWhenItIsLongOrFails) {
  EXPECT_THAT(progress_->step(done("[internal] load a", {}, 5000), 5s), IsEmpty());
  EXPECT_EQ(progress_->step(done("[internal] load b", {}, 5001), 6s), "[shared]      load b … done 5.0s\n");
  EXPECT_THAT(progress_->step(failed("[internal] load c", {}, "no such file"), 7s),
              HasSubstr("load c … failed after 12s\n[shared]      | no such file\n"));
}

TEST_F(PlainProgress, CanceledStepsAreMentionedOnlyWhenTheyWereNamed) {
  progress_->step(started(make, arm64), 0s);
  progress_->log({make, "x"}, 1s);
  EXPECT_EQ(progress_->step(failed(make, arm64, "context canceled"), 2s),
            "[linux/arm64] build 2/4 RUN make … canceled\n");
  progress_->step(started("other", arm64), 2s);
  EXPECT_THAT(progress_->step(failed("other", arm64, "context canceled"), 2s), IsEmpty());
}

TEST_F(PlainProgress, AStateIsToldOnce) {
  EXPECT_THAT(progress_->step(failed(make, arm64, "exit code: 2"), 2s), Not(IsEmpty()));
  EXPECT_THAT(progress_->step(failed(make, arm64, "exit code: 2"), 3s), IsEmpty());
}

TEST_F(PlainProgress, GivesASignOfLifeAfterThirtySecondsOfSilence) {
  progress_->step(started(make, arm64), 0s);
  progress_->tick(1s);
  EXPECT_THAT(progress_->tick(30s), IsEmpty());
  EXPECT_EQ(progress_->tick(31s), "[polyarch]    still running after 31s: linux/arm64 build 2/4 RUN make (31s)\n");
  EXPECT_THAT(progress_->tick(60s), IsEmpty());
  progress_->log({make, "x"}, 60s);
  EXPECT_THAT(progress_->tick(89s), IsEmpty());
  EXPECT_THAT(progress_->tick(90s), Not(IsEmpty()));
}

TEST_F(PlainProgress, TheSignOfLifeNamesThePhaseWhenNoStepRuns) {
  EXPECT_EQ(progress_->phase("pushing\nindex", 0s), "[polyarch]    pushing index\n");
  EXPECT_EQ(progress_->tick(30s), "[polyarch]    still running after 30s: pushing index\n");
}

}  // namespace
}  // namespace polyarch::report
