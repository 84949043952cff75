#include "report/run_json.hpp"

#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>

#include "base/error.hpp"
#include "report/writers.hpp"
#include "unit/report/sample.hpp"
#include "unit/report/schema.hpp"

namespace polyarch::report {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Run whole_run() {
  auto leg = make_leg(arm64);
  leg.started = Time(std::chrono::milliseconds(1'767'323'046'000));
  leg.optional = true;
  leg.node = "node0";
  leg.tests = {{"/app", Result::skipped, std::chrono::milliseconds(5), "out"}};
  leg.layers = {{"sha256:" + std::string(64, 'c'), 5, "RUN make"}};
  auto run = make_run({leg, make_leg(amd64, Result::failed)});
  run.engine_version = "1.0";
  run.error = "one\ntwo";
  run.tags = {"r.example/a:1"};
  run.warnings = {{"message", "Dockerfile", 3, "hint"}};
  run.steps = {done(make, arm64, 1500), make_step("[internal] load"), failed("RUN x", amd64, "exit code 2")};
  run.steps[0].log = "one\ntwo";
  run.steps[0].line = 7;
  return run;
}

Schema documented() {
  std::ifstream file(POLYARCH_SOURCE_DIR "/docs/report.schema.json");
  std::stringstream text;
  text << file.rdbuf();
  return Schema(parse_json(text.str(), "the schema"));
}

TEST(RunJson, IsReadAsItWasWritten) {
  const auto text = to_json(whole_run());
  EXPECT_EQ(to_json(parse_report(text, "a report")), text);
  EXPECT_EQ(parse_report(text, "a report").steps.at(0).completed, whole_run().steps[0].completed);
}

TEST(RunJson, KeepsToTheDocumentedSchema) {
  for (const auto& run : {whole_run(), make_run({}), make_hostile_run()}) {
    EXPECT_THAT(documented().breaches(Json::parse(to_json(run))), IsEmpty());
  }
}

TEST(RunJson, TheSchemaRefusesWhatIsNoReport) {
  auto report = Json::parse(to_json(whole_run()));
  report["legs"][0]["result"] = "great";
  report["steps"][0]["started"] = 5;
  report["surprise"] = true;
  report.erase("tags");
  EXPECT_THAT(documented().breaches(report),
              ElementsAre(HasSubstr("'tags' is missing"), HasSubstr("/legs/0/result"), HasSubstr("/steps/0/started"),
                          HasSubstr("'surprise' is not in the schema")));
}

TEST(RunJson, ReadsWhatALaterEngineAdded) {
  auto report = Json::parse(to_json(whole_run()));
  report["surprise"] = {{"deep", {1, 2}}};
  report["legs"][0]["surprise"] = 7;
  EXPECT_EQ(to_json(parse_run(report, "a report")), to_json(whole_run()));
}

TEST(RunJson, RefusesWhatIsNoReport) {
  const auto good = Json::parse(to_json(whole_run()));
  const auto with = [&](const Json::json_pointer& at, const Json& value) {
    auto object = good;
    object[at] = value;
    return object;
  };
  using Pointer = Json::json_pointer;
  const std::vector<Json> bad{Json::array(),
                              Json::object(),
                              with(Pointer("/schema"), "polyarch.report/v2"),
                              with(Pointer("/started"), "yesterday"),
                              with(Pointer("/result"), 1),
                              with(Pointer("/legs"), Json::object()),
                              with(Pointer("/legs"), Json(300, Json::object())),
                              with(Pointer("/legs/0/platform"), ""),
                              with(Pointer("/steps/0"), 1),
                              with(Pointer("/steps/0/cached"), "yes"),
                              with(Pointer("/steps/0/platform"), "../.."),
                              with(Pointer("/tags/0"), Json::array()),
                              with(Pointer("/warnings/0/line"), -1)};
  for (const auto& object : bad) {
    try {
      parse_report(object.dump(), "the file");
      ADD_FAILURE() << "accepted: " << object.dump().substr(0, 200);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input);
      EXPECT_THAT(error.message(), HasSubstr("the file"));
    }
  }
}

TEST(RunJson, NamesTheSchemaThatItDoesNotRead) {
  try {
    parse_run({{"schema", "polyarch.report/v9\x1b[31m"}}, "the file");
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.message(), HasSubstr("polyarch.report/v9"));
    EXPECT_THAT(error.message(), Not(HasSubstr("\x1b")));
    EXPECT_THAT(error.hint(), HasSubstr("report.json"));
  }
}

}  // namespace
}  // namespace polyarch::report
