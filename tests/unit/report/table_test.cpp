#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/writers.hpp"
#include "unit/report/sample.hpp"

namespace polyarch::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(Table, AlignsTheMatrix) {
  auto failed_leg = make_leg(arm64, Result::failed);
  failed_leg.optional = true;
  EXPECT_THAT(to_table(make_run({make_leg(amd64), failed_leg}), false),
              StartsWith("PLATFORM     RESULT               BUILD     TIME  CACHED  SIZE   DIGEST\n"
                         "linux/amd64  ✓ passed             native    41s   5 of 7  12 MB  sha256:bbbbbbbbbbbb\n"
                         "linux/arm64  ✗ failed (optional)  emulated  41s   5 of 7  -      -\n"));
}

TEST(Table, ShowsFailedTestsWithTheEndOfTheirOutput) {
  auto leg = make_leg(amd64, Result::failed);
  std::string output;
  for (int i = 1; i <= 30; ++i) output += "line " + std::to_string(i) + "\n";
  leg.tests = {{"/app --version", Result::failed, std::chrono::milliseconds(1200), output},
               {"/app --help", Result::passed, {}, "fine"}};
  const auto table = to_table(make_run({leg}), false);
  EXPECT_THAT(table, HasSubstr("  1 of 2  "));
  EXPECT_THAT(table, HasSubstr("✗ linux/amd64 test '/app --version' failed after 1.2s\n    line 11\n"));
  EXPECT_THAT(table, HasSubstr("    line 30\n"));
  EXPECT_THAT(table, Not(HasSubstr("line 10\n")));
  EXPECT_THAT(table, Not(HasSubstr("--help")));
}

TEST(Table, SaysHowTheRunEnded) {
  auto run = make_run({make_leg(amd64)});
  EXPECT_THAT(to_table(run, false), HasSubstr("\n✓ built 1 platform in 4m 12s\n"));
  run.reference = "r.example/a:1";
  run.tags = {"r.example/a:1", "r.example/a:latest"};
  run.digest = "sha256:abc";
  EXPECT_THAT(to_table(run, false),
              HasSubstr("\n✓ published in 4m 12s\n  r.example/a:1\n  r.example/a:latest\n  sha256:abc\n"));
  run.result = Result::failed;
  run.reference.clear();
  run.error = "no such host";
  EXPECT_THAT(to_table(run, false), HasSubstr("\n✗ failed after 4m 12s: no such host\n"));
  EXPECT_THAT(to_table(run, false), Not(HasSubstr("r.example")));
}

TEST(Table, ShowsWarningsWithTheirCure) {
  auto run = make_run({make_leg(amd64)});
  run.warnings = {{"slow", "Dockerfile", 12, "do this"}, {"loose", "", 0, ""}};
  EXPECT_THAT(to_table(run, false), HasSubstr("! Dockerfile:12: slow\n  do this\n! loose\n"));
}

TEST(Table, ColoursOnlyWhenAsked) {
  const auto run = make_run({make_leg(amd64)});
  EXPECT_THAT(to_table(run, false), Not(HasSubstr("\x1b")));
  EXPECT_THAT(to_table(run, true), HasSubstr("\x1b[32m✓ passed"));
}

TEST(Table, LetsNoControlCharacterThrough) {
  const auto table = to_table(make_hostile_run(), false);
  for (const char c : {'\x1b', '\x01', '\xff'}) EXPECT_EQ(table.find(c), std::string::npos);
}

}  // namespace
}  // namespace polyarch::report
