#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/writers.hpp"
#include "unit/report/sample.hpp"

namespace polyarch::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Run rich_run() {
  auto leg = make_leg(arm64);
  leg.tests = {{"/app --version", Result::passed, std::chrono::milliseconds(5), "1.2"}};
  leg.layers = {{"sha256:" + std::string(64, 'c'), 5'000'000, "RUN make"}};
  auto run = make_run({make_leg(amd64), leg});
  run.digest = "sha256:" + std::string(64, 'd');
  run.reference = "r.example/app:1@" + run.digest;
  run.tags = {"r.example/app:1"};
  run.steps = {done("[linux/amd64 build 2/4] RUN make", amd64, 2000), done(make, arm64, 20'000),
               cached("[linux/arm64 build 1/4] COPY . .", arm64)};
  run.warnings = {{"slow", "Dockerfile", 7, "be quick"}};
  return run;
}

TEST(Html, HasASectionForAllThatThereIs) {
  const auto html = to_html(rich_run());
  for (const auto* id : {"platforms", "published", "warnings", "timeline", "tests", "emulation", "sizes"}) {
    EXPECT_THAT(html, HasSubstr("<section id=\"" + std::string(id) + "\""));
    EXPECT_THAT(html, HasSubstr("<a href=\"#" + std::string(id) + "\">"));
  }
  EXPECT_THAT(html, HasSubstr("data-copy=\"r.example/app:1\""));
  EXPECT_THAT(html, HasSubstr("10.0×"));
  EXPECT_THAT(html, HasSubstr("Dockerfile:7: slow"));
  EXPECT_THAT(html, HasSubstr("5 of 7"));
}

TEST(Html, HasNoneForWhatThereIsNot) {
  const auto html = to_html(make_run({}));
  EXPECT_THAT(html, Not(HasSubstr("<section")));
  EXPECT_THAT(html, HasSubstr("<h1"));
}

TEST(Html, ShowsWhatFailedUnfolded) {
  auto leg = make_leg(amd64, Result::failed);
  leg.error = "exit code 2";
  leg.tests = {{"/app", Result::failed, {}, "Segmentation fault"}};
  auto run = make_run({leg});
  run.result = Result::failed;
  run.error = "a test failed";
  run.steps = {failed("[linux/amd64 build 2/4] RUN make", amd64, "exit code 2")};
  const auto html = to_html(run);
  EXPECT_THAT(html, HasSubstr("<section id=\"failures\""));
  EXPECT_THAT(html, HasSubstr("<details open><summary><span class=\"badge failed\">"));
  EXPECT_THAT(html, HasSubstr("Segmentation fault"));
}

// Wherever a stranger can write, markup is text: of its signs, none is left as it was.
TEST(Html, EscapesWhatComesFromOutside) {
  auto run = make_hostile_run();
  for (auto* text :
       {&run.id, &run.error, &run.reference, &run.digest, &run.context, &run.dockerfile, &run.engine_version,
        &run.legs[0].error, &run.legs[0].digest, &run.legs[0].node, &run.legs[0].tests[0].name,
        &run.legs[0].tests[0].output, &run.warnings[0].message, &run.warnings[0].file, &run.warnings[0].hint,
        &run.tags[0], &run.steps[0].name, &run.steps[0].log, &run.steps[0].error}) {
    *text = "\"><script>alert(1)</script><img src=x onerror=alert(1)>' autofocus onfocus='x";
  }
  run.legs[0].layers = {{*&run.error, 7, run.error}};
  run.steps.push_back(run.steps[0]);
  run.steps[0].error.clear();
  const auto html = to_html(run);
  EXPECT_THAT(html, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(html, Not(HasSubstr("<img")));
  EXPECT_THAT(html, Not(HasSubstr("=\"\">")));
  EXPECT_THAT(html, HasSubstr("&quot;&gt;&lt;script&gt;alert(1)"));
  for (const char c : {'\x1b', '\x01', '\xff'}) EXPECT_EQ(to_html(make_hostile_run()).find(c), std::string::npos);
}

TEST(Html, LetsNothingRunThatIsNotOurs) {
  const auto html = to_html(rich_run());
  EXPECT_THAT(html, HasSubstr("default-src 'none'; style-src 'sha256-"));
  EXPECT_THAT(html, Not(HasSubstr("unsafe-inline")));
  EXPECT_THAT(html, Not(HasSubstr("http://")));
  EXPECT_THAT(html, Not(HasSubstr("https://")));
  EXPECT_THAT(html, Not(HasSubstr(" style=\"")));
}

TEST(Html, StaysWithinAFewMegabytes) {
  auto leg = make_leg(amd64);
  leg.tests.assign(250, {std::string(10'000, '&'), Result::passed, {}, std::string(16 << 10, '&')});
  leg.layers.assign(500, {"sha256:" + std::string(64, 'c'), 5, std::string(10'000, '<')});
  auto run = make_run({leg});
  run.digest = "sha256:1";
  run.tags.assign(500, "r.example/app:1");
  run.warnings.assign(500, {std::string(20'000, '&'), "f", 1, std::string(20'000, '&')});
  for (int i = 0; i < 1100; ++i) {
    auto step = done("[linux/amd64 build 2/4] RUN " + std::string(3000, '&') + std::to_string(i), amd64, i);
    step.log = std::string(4 << 10, '&');
    run.steps.push_back(step);
  }
  EXPECT_LT(to_html(run).size(), 32U << 20);
}

}  // namespace
}  // namespace polyarch::report
