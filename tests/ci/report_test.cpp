#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <string>

#include "sys/files.hpp"
#include "sys/process.hpp"

// report.html in headless Chromium: by day, by night, on a phone and without scripts.
namespace polyarch::report_page {
namespace {

const std::filesystem::path source = POLYARCH_SOURCE_DIR;
const std::filesystem::path samples = source / "tests/ci/report";

sys::ProcessResult run(std::vector<std::string> argv) {
  sys::SystemRunner runner(nullptr);
  return runner.run({.argv = std::move(argv), .deadline = std::chrono::minutes(10)});
}

std::string engine() {
  const char* given = std::getenv("POLYARCH_BIN");
  return given != nullptr ? given : (source / "build/release/polyarch").string();
}

class Report : public testing::TestWithParam<const char*> {};

TEST_P(Report, IsFitForPeople) {
  for (const auto* program : {"chromium", "node"}) {
    if (!sys::find_program(program)) GTEST_SKIP() << "there is no " << program << ": scripts/install-deps.sh brings it";
  }
  const sys::TemporaryDirectory directory("polyarch-report-");
  const auto made = run({engine(), "report", "--output", directory.path(), samples / GetParam()});
  ASSERT_TRUE(made.ok()) << made.err;
  const auto seen = run({"node", samples / "look.mjs", directory.path() / "report.html"});
  EXPECT_TRUE(seen.ok()) << seen.err;
}

// The two jobs of a run, joined; a run that failed; one whose Dockerfile and programs write markup wherever they can.
INSTANTIATE_TEST_SUITE_P(Samples, Report, testing::Values("jobs", "failed", "hostile"));

}  // namespace
}  // namespace polyarch::report_page
