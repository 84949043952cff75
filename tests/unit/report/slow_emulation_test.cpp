#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/report/sample.hpp"

namespace polyarch::report {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Run run_of(int native_ms, int emulated_ms) {
  auto run = make_run({});
  run.steps = {done("[linux/amd64 build 2/4] RUN make", amd64, native_ms),
               done("[linux/arm64 build 2/4] RUN make", arm64, emulated_ms)};
  run.steps[1].line = 12;
  return run;
}

TEST(SlowEmulation, ComparesTheSameStepOnBothPlatforms) {
  const auto warnings = slow_emulation(run_of(12'000, 190'000));
  ASSERT_THAT(warnings, SizeIs(1));
  EXPECT_EQ(warnings[0].message,
            "'RUN make' took 3m 10s emulated for linux/arm64 and 12s natively for linux/amd64: 16 times as long");
  EXPECT_EQ(warnings[0].file, "Dockerfile");
  EXPECT_EQ(warnings[0].line, 12);
  EXPECT_THAT(warnings[0].hint, HasSubstr("--builder linux/arm64:NAME"));
}

TEST(SlowEmulation, IsSilentWhenItIsNotWorthAWord) {
  EXPECT_THAT(slow_emulation(run_of(12'000, 60'000)), IsEmpty());  // exactly the ratio
  EXPECT_THAT(slow_emulation(run_of(10, 1'000)), IsEmpty());       // not over a second
  EXPECT_THAT(slow_emulation(run_of(12'000, 190'000), 16), IsEmpty());
  EXPECT_THAT(slow_emulation(run_of(0, 1'001)), SizeIs(1));
}

TEST(SlowEmulation, ComparesOnlyWhatRanToItsEnd) {
  for (const std::size_t i : {0U, 1U}) {
    auto run = run_of(12'000, 190'000);
    run.steps[i].cached = true;
    EXPECT_THAT(slow_emulation(run), IsEmpty());
    run = run_of(12'000, 190'000);
    run.steps[i].error = "exit code 1";
    EXPECT_THAT(slow_emulation(run), IsEmpty());
  }
  auto run = run_of(12'000, 190'000);
  run.steps[0].name = "[linux/amd64 other 2/4] RUN make";
  EXPECT_THAT(slow_emulation(run), IsEmpty());
}

}  // namespace
}  // namespace polyarch::report
