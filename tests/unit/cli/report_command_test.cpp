#include <filesystem>
#include <gmock/gmock.h>

#include "base/error.hpp"
#include "base/json.hpp"
#include "sys/files.hpp"
#include "unit/cli/world.hpp"

namespace polyarch::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

// The report of a job that built one platform of the run `id`.
std::string job_report(const std::string& platform, const std::string& result = "passed",
                       const std::string& id = "42") {
  const Json leg{{"platform", platform},
                 {"result", result},
                 {"optional", false},
                 {"emulated", false},
                 {"node", "n"},
                 {"duration_ms", 1000},
                 {"steps", 1},
                 {"cached_steps", 0},
                 {"size", 7},
                 {"digest", ""},
                 {"error", ""},
                 {"tests", Json::array()},
                 {"layers", Json::array()}};
  return Json{{"schema", "polyarch.report/v1"},
              {"id", id},
              {"engine_version", "0.1.0"},
              {"context", "."},
              {"dockerfile", "Dockerfile"},
              {"result", result},
              {"error", result == "passed" ? "" : "it broke"},
              {"started", "2026-01-02T03:04:05.000Z"},
              {"duration_ms", 1000},
              {"reference", ""},
              {"digest", ""},
              {"tags", Json::array()},
              {"legs", Json::array({leg})},
              {"steps", Json::array()},
              {"warnings", Json::array()}}
      .dump();
}

class ReportCommand : public ::testing::Test {
 protected:
  std::string file(const std::string& name, const std::string& text) const {
    const auto path = directory_.path() / name;
    fs::create_directories(path.parent_path());
    sys::write_file(path, text);
    return path;
  }
  std::string path(const std::string& name = "") const { return directory_.path() / name; }

  Json joined(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"report", "--format", "json"});
    EXPECT_EQ(world_.run(arguments), 0);
    return parse_json(world_.out(), "standard output");
  }
  // Kind, message and hint of the failure.
  std::string refused(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "report");
    try {
      world_.run(arguments);
    } catch (const Error& error) {
      return (error.kind() == ErrorKind::input ? "input: " : "other: ") + error.message() + " | " + error.hint();
    }
    return "accepted";
  }

  sys::TemporaryDirectory directory_;
  World world_;
};

TEST_F(ReportCommand, JoinsTheFilesOfTheJobs) {
  const auto report = joined({file("a.json", job_report("linux/arm64")), file("b.json", job_report("linux/amd64"))});
  ASSERT_EQ(report["legs"].size(), 2U);
  EXPECT_EQ(report["legs"][0]["platform"], "linux/amd64");
  EXPECT_EQ(report["legs"][1]["platform"], "linux/arm64");
  EXPECT_EQ(report["result"], "passed");
  EXPECT_EQ(report["id"], "42");
}

TEST_F(ReportCommand, FindsTheReportsBelowADirectory) {
  file("jobs/amd64/report.json", job_report("linux/amd64"));
  file("jobs/arm64/deep/er/report.json", job_report("linux/arm64", "failed"));
  file("jobs/arm64/other.json", "no report");
  fs::create_directories(path("jobs/report.json"));
  fs::create_symlink("report.json", path("jobs/arm64/report.json"));
  const auto report = joined({path("jobs")});
  EXPECT_EQ(report["legs"].size(), 2U);
  EXPECT_EQ(report["result"], "failed");
  EXPECT_EQ(report["error"], "it broke");
}

TEST_F(ReportCommand, WritesEveryFormat) {
  const auto source = file("report.json", job_report("linux/amd64"));
  for (const auto& [format, telling] : std::map<std::string, std::string>{{"table", "linux/amd64"},
                                                                          {"markdown", "| <code>linux/amd64</code>"},
                                                                          {"junit", "<testsuite name=\"linux/amd64\""},
                                                                          {"html", "<html lang"}}) {
    EXPECT_EQ(world_.run({"report", "--format", format, source}), 0);
    EXPECT_THAT(world_.out(), HasSubstr(telling)) << format;
  }
  EXPECT_EQ(world_.run({"report", "--output", path("new/out"), source}), 0);
  EXPECT_THAT(world_.out(), HasSubstr("linux/amd64"));
  for (const auto* name : {"report.json", "report.html", "report.md", "junit.xml"})
    EXPECT_GT(fs::file_size(path("new/out/") + name), 0U) << name;
  EXPECT_EQ(joined({path("new/out/report.json")}), joined({source})) << "what was written can be read again";
}

TEST_F(ReportCommand, RefusesFilesThatAreNone) {
  const auto good = file("good.json", job_report("linux/amd64"));
  const std::pair<std::string, std::string> bad[] = {
      {file("text", "no JSON"), "text"},
      {file("empty", ""), "empty"},
      {file("array", "[]"), "array"},
      {file("schema", R"({"schema": "other/v1"})"), "schema"},
      {file("cut", job_report("linux/amd64").substr(0, 200)), "cut"},
      {path("absent"), "absent"},
  };
  for (const auto& [source, name] : bad)
    EXPECT_THAT(refused({good, source}), AllOf(HasSubstr("input: "), HasSubstr(name))) << source.substr(0, 100);
  EXPECT_THAT(refused({std::string(5000, 'a')}), HasSubstr("cannot read aaa"));
  const auto other = file("other.json", job_report("linux/arm64", "passed", "43"));
  EXPECT_THAT(refused({good, other}), AllOf(HasSubstr("input: "), HasSubstr("different runs: '42' and '43'")));
  EXPECT_EQ(world_.out(), "") << "of what is refused nothing is shown";
}

TEST_F(ReportCommand, RefusesADirectoryWithoutReports) {
  fs::create_directories(path("empty/below"));
  fs::create_directory_symlink("..", path("empty/below/around"));
  EXPECT_THAT(refused({path("empty")}),
              AllOf(HasSubstr("input: "), HasSubstr("holds no report.json | give --report-dir")));
}

TEST_F(ReportCommand, BoundsWhatADirectoryHolds) {
  for (int i = 0; i < 257; ++i) file("many/" + std::to_string(i) + "/report.json", "{}");
  EXPECT_THAT(refused({path("many")}), AllOf(HasSubstr("input: "), HasSubstr("more than 256 reports")));
}

}  // namespace
}  // namespace polyarch::cli
