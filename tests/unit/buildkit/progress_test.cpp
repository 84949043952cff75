#include "buildkit/progress.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <fstream>
#include <gtest/gtest.h>

#include "base/redact.hpp"
#include "base/text.hpp"

namespace polyarch::buildkit {
namespace {

const auto both = oci::parse_platforms({"linux/amd64,linux/arm64"});

// A stream, and everything it told its listener.
struct Recorded {
  explicit Recorded(std::vector<oci::Platform> platforms, std::vector<oci::Platform> emulated = {},
                    ProgressStream::Limits limits = {20'000, 16U << 20})
      : stream(std::move(platforms), listener(), std::move(emulated), limits) {}

  ProgressStream::Listener listener() {
    return {[this](const report::Step& step) { events.push_back(step); },
            [this](const report::LogLine& line) { lines.push_back(line.text); },
            [this](const report::Warning& warning) { warnings.push_back(warning); }};
  }
  void replay(const std::string& name) {
    std::ifstream file(std::string(POLYARCH_SOURCE_DIR "/tests/unit/buildkit/data/") + name);
    ASSERT_TRUE(file) << name;
    for (std::string line; std::getline(file, line);) stream.feed(line);
    stream.finish();
  }
  report::Step step(const std::string& name) const {
    for (const auto& step : stream.steps()) {
      if (step.name.starts_with(name)) return step;
    }
    ADD_FAILURE() << "no step " << name;
    return {};
  }

  std::vector<report::Step> events;
  std::vector<std::string> lines;
  std::vector<report::Warning> warnings;
  ProgressStream stream;
};

std::string leg(const report::Step& step) {
  return step.platform ? step.platform->str() : "";
}

std::string vertex(const std::string& members) {
  return R"({"vertexes":[{"digest":"d",)" + members + "}]}";
}

std::string log(const std::string& data) {
  return R"({"logs":[{"vertex":"d","data":")" + text::base64_encode(data) + R"("}]})";
}

TEST(ProgressStream, FollowsABuildOfTwoPlatforms) {
  Recorded build(both);
  build.replay("two_platforms_cold.rawjson");
  EXPECT_EQ(leg(build.step("[linux/amd64->arm64 build 2/3]")), "linux/arm64");
  EXPECT_EQ(leg(build.step("[linux/amd64 build 2/3]")), "linux/amd64");
  EXPECT_EQ(leg(build.step("[linux/amd64 build 1/3]")), "") << "both legs start from it";
  EXPECT_EQ(leg(build.step("[internal] load build context")), "");
  EXPECT_EQ(build.step("[linux/arm64 final 2/4]").stage, "final");
  EXPECT_FALSE(build.step("[linux/amd64 build 2/3]").cached);
  EXPECT_TRUE(build.step("[internal] load build context").internal);
  EXPECT_FALSE(build.step("exporting to image").internal);
  EXPECT_FALSE(build.stream.failed_step());
  EXPECT_EQ(build.stream.output(), "");
  for (const auto& step : build.stream.steps()) {
    EXPECT_TRUE(step.started && step.completed) << step.name;
    EXPECT_EQ(step.error, "") << step.name;
  }
}

TEST(ProgressStream, SeesThatARerunIsCached) {
  Recorded build(both);
  build.replay("two_platforms_cached.rawjson");
  int instructions = 0;
  for (const auto& step : build.stream.steps()) {
    if (step.stage.empty() || step.name.find("FROM") != std::string::npos) continue;
    ++instructions;
    EXPECT_TRUE(step.cached) << step.name;
  }
  EXPECT_EQ(instructions, 10);
}

TEST(ProgressStream, NamesTheStepThatFailedAndItsLeg) {
  Recorded build(both);
  build.replay("failed_leg.rawjson");
  const auto failed = build.stream.failed_step();
  ASSERT_TRUE(failed);
  EXPECT_EQ(leg(*failed), "linux/arm64");
  EXPECT_EQ(failed->stage, "build");
  EXPECT_EQ(failed->log, "compiling for arm64\nno rule for arm64\n");
  EXPECT_NE(failed->error.find("exit code: 2"), std::string::npos);
  EXPECT_NE(build.stream.output().find("leg.Dockerfile:4\n"), std::string::npos);
  EXPECT_EQ(std::ranges::count(build.lines, "no rule for arm64"), 1);
}

TEST(ProgressStream, DoesNotBlameALegThatWasOnlyCancelled) {
  Recorded build(oci::parse_platforms({"linux/amd64,linux/riscv64"}));
  build.replay("missing_platform.rawjson");
  EXPECT_EQ(build.step("[linux/amd64 internal]").error, "context canceled");
  EXPECT_EQ(leg(build.stream.failed_step().value()), "linux/riscv64");
}

TEST(ProgressStream, BlamesTheFirstThatFailedByItselfWhenBuildxSaysNothing) {
  Recorded build(both);
  build.stream.feed(R"({"vertexes":[{"digest":"a","name":"a","error":"failed: context canceled"},
                                    {"digest":"b","name":"b","error":"exit code: 1"},
                                    {"digest":"c","name":"c","error":"exit code: 2"}]})");
  EXPECT_EQ(build.stream.failed_step().value().name, "b");
}

TEST(ProgressStream, TakesAMissedCacheForNoFailure) {
  Recorded build(oci::parse_platforms({"linux/amd64"}));
  build.replay("cache_miss.rawjson");
  const auto import = build.step("importing cache manifest");
  EXPECT_EQ(import.error, "");
  EXPECT_TRUE(import.internal);
  EXPECT_NE(import.log.find("not found"), std::string::npos);
  EXPECT_TRUE(build.warnings.empty());
  EXPECT_FALSE(build.stream.failed_step());
}

TEST(ProgressStream, WarnsOfACacheThatItMayNotRead) {
  Recorded build(both);
  build.stream.feed(vertex(R"("name":"importing cache manifest from r.example/c","error":"401 Unauthorized")"));
  ASSERT_EQ(build.warnings.size(), 1U);
  EXPECT_EQ(build.warnings[0].message, "importing cache manifest from r.example/c: 401 Unauthorized");
}

TEST(ProgressStream, HandsOnLintOnce) {
  Recorded build(oci::parse_platforms({"linux/amd64"}));
  build.replay("lint.rawjson");
  build.replay("lint.rawjson");
  ASSERT_EQ(build.warnings.size(), 4U);
  EXPECT_EQ(build.warnings[0].message, "StageNameCasing: Stage name 'Base' should be lowercase (line 1)");
  EXPECT_EQ(build.warnings[0].file, "lint.Dockerfile");
  EXPECT_EQ(build.warnings[0].line, 1);
  EXPECT_EQ(build.warnings[2].line, 3);
  EXPECT_EQ(build.warnings[0].hint, "Stage names should be lowercase");
}

TEST(ProgressStream, MarksWhatRunsUnderEmulation) {
  Recorded build(both, oci::parse_platforms({"linux/arm64"}));
  build.replay("no_emulator.rawjson");
  EXPECT_TRUE(build.step("[linux/arm64 2/2] RUN").emulated);
  EXPECT_FALSE(build.step("[linux/amd64 2/2] RUN").emulated);
  EXPECT_FALSE(build.step("[linux/arm64 1/2] FROM").emulated) << "nothing is run";

  Recorded cross(both, oci::parse_platforms({"linux/arm64"}));
  cross.replay("two_platforms_cold.rawjson");
  EXPECT_FALSE(cross.step("[linux/amd64->arm64 build 2/3]").emulated) << "compiled on the build platform";

  Recorded single(oci::parse_platforms({"linux/arm64"}), oci::parse_platforms({"linux/arm64"}));
  single.stream.feed(vertex(R"("name":"[2/2] RUN make","started":"2026-01-01T00:00:00Z")"));
  EXPECT_TRUE(single.step("[2/2] RUN").emulated) << "a solve of one platform does not name it";
}

TEST(ProgressStream, AddsUpTheRunsOfAStep) {
  Recorded build(both);
  build.stream.feed(vertex(R"("name":"x")"));
  EXPECT_TRUE(build.events.empty()) << "it has not started";
  build.stream.feed(vertex(R"("started":"2026-01-01T00:00:00Z")"));
  build.stream.feed(vertex(R"("started":"2026-01-01T00:00:00Z","completed":"2026-01-01T00:00:02Z")"));
  build.stream.feed(vertex(R"("started":"2026-01-01T00:00:10Z","cached":true)"));
  EXPECT_FALSE(build.step("x").completed);
  build.stream.feed(vertex(R"("started":"2026-01-01T00:00:10Z","completed":"2026-01-01T00:00:11Z","cached":true)"));
  build.stream.feed(vertex(R"("started":"2026-01-01T00:00:10Z","completed":"2026-01-01T00:00:11Z","cached":true)"));
  const auto step = build.step("x");
  EXPECT_EQ(step.duration, std::chrono::seconds(3));
  EXPECT_EQ(*step.completed - *step.started, std::chrono::seconds(11));
  EXPECT_TRUE(step.cached);
  EXPECT_EQ(build.events.size(), 4U) << "the repetition is no change";
  build.stream.feed(vertex(R"("started":"2026-01-01T00:00:20Z")"));
  build.stream.feed(vertex(R"("started":"2026-01-01T00:00:20Z","completed":"2026-01-01T00:00:21Z")"));
  EXPECT_FALSE(build.step("x").cached) << "this time it is run";
}

TEST(ProgressStream, AStepWhoseCachedResultIsFetchedStaysCached) {
  Recorded build(both);
  build.replay("cached_and_fetched.rawjson");
  const auto step = build.step("[2/3] RUN");
  EXPECT_TRUE(step.cached);
  EXPECT_FALSE(build.step("[3/3] RUN").cached);
}

TEST(ProgressStream, JoinsLogLinesThatComeInPieces) {
  Recorded build(both);
  build.stream.feed(vertex(R"("name":"x","started":"2026-01-01T00:00:00Z")"));
  build.stream.feed(log("one\ntw"));
  build.stream.feed(log("o\n10%\r50%\r100%\r\n\x1b[31mred\x1b[0m\nend"));
  EXPECT_EQ(build.lines, (std::vector<std::string>{"one", "two", "100%", "red"}));
  build.stream.feed(vertex(R"("started":"2026-01-01T00:00:00Z","completed":"2026-01-01T00:00:01Z")"));
  EXPECT_EQ(build.lines.back(), "end");
  EXPECT_EQ(build.events.back().log, "one\ntwo\n100%\nred\nend\n");
}

TEST(ProgressStream, MasksSecretsEvenWhenTheyComeInPieces) {
  redactor().add("tr0ub4dor&3");
  Recorded build(both);
  build.stream.feed(vertex(R"("name":"RUN login tr0ub4dor&3")"));
  build.stream.feed(log("token tr0ub"));
  build.stream.feed(log("4dor&3 used\n"));
  build.stream.feed("ERROR: tr0ub4dor&3 is wrong");
  EXPECT_EQ(build.step("RUN").name, "RUN login ***");
  EXPECT_EQ(build.step("RUN").log, "token *** used\n");
  EXPECT_EQ(build.stream.output(), "ERROR: *** is wrong\n");
}

TEST(ProgressStream, KeepsTheEndOfALongLog) {
  Recorded build(both);
  build.stream.feed(vertex(R"("name":"x")"));
  for (int i = 0; i < 100; ++i) build.stream.feed(log(std::string(1'999, 'x') + "\n" + std::to_string(i) + "\n"));
  const auto step = build.step("x");
  EXPECT_LE(step.log.size(), 64U << 10);
  EXPECT_GE(step.log.size(), 62U << 10);
  EXPECT_TRUE(step.log.starts_with("x") || step.log.starts_with("6")) << "whole lines only";
  EXPECT_TRUE(step.log.ends_with("x\n99\n"));
}

TEST(ProgressStream, DropsOldLogsWhenAllTogetherAreTooLong) {
  Recorded build(both, {}, {.steps = 100, .logs = 1'000});
  for (int i = 0; i < 100; ++i) {
    build.stream.feed(fmt::format(R"({{"vertexes":[{{"digest":"{}","name":"step {}"}}]}})", i, i));
    build.stream.feed(
        fmt::format(R"({{"logs":[{{"vertex":"{}","data":"{}"}}]}})", i, text::base64_encode("20 bytes of output.\n")));
  }
  std::size_t total = 0;
  for (const auto& step : build.stream.steps()) total += step.log.size();
  EXPECT_LE(total, 1'000U);
  EXPECT_EQ(build.step("step 0").log, "");
  EXPECT_EQ(build.stream.steps().back().log, "20 bytes of output.\n");
}

TEST(ProgressStream, KeepsOtherLinesAsOutput) {
  Recorded build(both);
  for (const auto* line : {"ERROR: no builder", "{\"other\":1}", "{broken", "[]", "42"}) build.stream.feed(line);
  EXPECT_EQ(build.stream.output(), "ERROR: no builder\n{\"other\":1}\n{broken\n[]\n42\n");
}

TEST(ProgressStream, ReadsTheIndentedObjectsOfBuildx013) {
  Recorded build(both);
  for (const auto* line : {"{", R"(  "vertexes": [)", "    {", R"(      "digest": "d",)",
                           R"(      "name": "[1/2] RUN make")", "    }", "  ]", "}", "ERROR: failed to solve: x"}) {
    build.stream.feed(line);
  }
  EXPECT_EQ(build.step("[1/2]").name, "[1/2] RUN make");
  EXPECT_EQ(build.stream.output(), "ERROR: failed to solve: x\n");
}

TEST(ProgressStream, KeepsAnObjectThatNeverEnds) {
  Recorded build(both);
  for (const auto* line : {"{", "  ERROR: killed"}) build.stream.feed(line);
  build.stream.finish();
  EXPECT_EQ(build.stream.output(), "{\n  ERROR: killed\n\n");
}

TEST(ProgressStream, SurvivesWrongTypesEverywhere) {
  Recorded build(both);
  for (const auto* line :
       {R"({"vertexes":7,"logs":"x","warnings":{}})", R"({"vertexes":[null,7,[],{}]})",
        R"({"vertexes":[{"digest":7,"name":[],"inputs":7,"started":7,"completed":"x","cached":"yes","error":1}]})",
        R"({"vertexes":[{"digest":"d","inputs":["d",7,null,"e"],"completed":"2026-01-01T00:00:00Z"}]})",
        R"({"logs":[{"vertex":"unknown","data":"eA=="},{"vertex":"d","data":"%%%"},{"vertex":7}]})",
        R"({"warnings":[{"short":7,"range":[{"start":{"line":-1}}],"detail":[7],"sourceInfo":[]}]})"}) {
    build.stream.feed(line);
  }
  build.stream.finish();
  EXPECT_EQ(build.stream.steps().size(), 1U);
  build.stream.feed(R"({"warnings":[{"short":"eA==","range":[{"start":{"line":99999999999}}]}]})");
  EXPECT_EQ(build.warnings.back().message, "x");
  EXPECT_EQ(build.warnings.back().line, 0);
}

TEST(ProgressStream, IsBounded) {
  Recorded build(both, {}, {.steps = 2, .logs = 1'000});
  build.stream.feed(std::string((16U << 20) + 1, 'x'));
  EXPECT_EQ(build.stream.output(), "");
  for (const auto* id : {"a", "b", "c"}) build.stream.feed(fmt::format(R"({{"vertexes":[{{"digest":"{}"}}]}})", id));
  EXPECT_EQ(build.stream.steps().size(), 2U);
}

}  // namespace
}  // namespace polyarch::buildkit
