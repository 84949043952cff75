#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/writers.hpp"
#include "report/xml.hpp"
#include "unit/report/sample.hpp"

namespace polyarch::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(XmlEscape, KeepsOnlyWhatXmlCanHold) {
  EXPECT_EQ(xml_escape("a<b>&\"c'"), "a&lt;b&gt;&amp;&quot;c'");
  EXPECT_EQ(xml_escape(std::string("\0\x01\x1b\x7f\t\nz", 7)), "\t\nz");
  EXPECT_EQ(xml_escape("é€😀"), "é€😀");
  EXPECT_EQ(xml_escape("\xff\xc0\xaf\xe0\x80\x80\xed\xa0\x80x\xe2\x82"), "x");
  EXPECT_EQ(xml_escape("\xef\xbf\xbe\xef\xbf\xbf\xc2\x9b\xf4\x90\x80\x80y"), "y");
}

TEST(Junit, ASuiteAPlatform) {
  auto leg = make_leg(amd64);
  leg.tests = {{"/app --version", Result::passed, std::chrono::milliseconds(1000), "1.2\n"}};
  auto run = make_run({leg});
  run.reference = "r.example/a:1";
  run.tags = {"r.example/a:1"};
  EXPECT_EQ(to_junit(run),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<testsuites name=\"polyarch 42\" tests=\"3\" failures=\"0\" errors=\"0\" time=\"252.000\">\n"
            "  <testsuite name=\"linux/amd64\" tests=\"3\" failures=\"0\" errors=\"0\" skipped=\"0\" time=\"41.000\" "
            "timestamp=\"2026-01-02T03:04:05\">\n"
            "    <testcase classname=\"linux/amd64\" name=\"build\" time=\"40.000\">\n"
            "    </testcase>\n"
            "    <testcase classname=\"linux/amd64\" name=\"test: /app --version\" time=\"1.000\">\n"
            "      <system-out>1.2</system-out>\n"
            "    </testcase>\n"
            "    <testcase classname=\"linux/amd64\" name=\"publish\" time=\"0.000\">\n"
            "    </testcase>\n"
            "  </testsuite>\n"
            "</testsuites>\n");
}

TEST(Junit, AFailedBuildIsAFailureAndNothingIsPublished) {
  auto leg = make_leg(arm64, Result::failed);
  leg.error = "RUN make: exit code 2\nDockerfile:12";
  auto run = make_run({make_leg(amd64), leg});
  run.result = Result::failed;
  run.tags = {"r.example/a:1"};
  const auto junit = to_junit(run);
  EXPECT_THAT(junit, HasSubstr("tests=\"4\" failures=\"1\""));
  EXPECT_THAT(junit, HasSubstr("<failure message=\"RUN make: exit code 2\">RUN make: exit code 2\nDockerfile:12<"));
  EXPECT_THAT(junit, HasSubstr("<skipped message=\"a required platform did not pass\"/>"));
  EXPECT_THAT(junit, HasSubstr("<skipped message=\"the platform did not pass\"/>"));
}

TEST(Junit, AFailedBuildHasTheOutputOfItsStep) {
  auto leg = make_leg(arm64, Result::failed);
  leg.error = "exit code 2";
  auto other = make_leg(amd64, Result::failed);
  auto run = make_run({leg, other});
  run.steps = {failed(make, arm64, "exit code 2"), done("[linux/arm64 build 1/4] RUN fine", arm64, 1),
               failed("[shared 1/1] COPY x", std::nullopt, "not found"), failed("[linux/amd64 b] RUN", amd64, "1")};
  run.steps[0].log = "cc a.c\n\x1b[31ma.c:1: <error> ]]>\x1b[0m\n";
  run.steps[1].log = "all is well";
  run.steps[2].log = "no x";
  const auto junit = to_junit(run);
  EXPECT_THAT(junit, HasSubstr(">exit code 2</failure>\n"
                               "      <system-out>build 2/4 RUN make\ncc a.c\na.c:1: &lt;error&gt; ]]&gt;\n\n"
                               "shared 1/1 COPY x\nno x</system-out>\n"));
  EXPECT_THAT(junit, HasSubstr("<system-out>shared 1/1 COPY x\nno x</system-out>")) << "of amd64";
  EXPECT_THAT(junit, Not(HasSubstr("all is well")));
  run.legs[0].optional = true;
  EXPECT_THAT(to_junit(run), HasSubstr("<system-out>exit code 2\n\nbuild 2/4 RUN make\ncc a.c"));
  run.legs[0].result = Result::canceled;
  EXPECT_THAT(to_junit(run), Not(HasSubstr("cc a.c"))) << "it was another platform's fault";
}

TEST(Junit, AFailedTestLeavesTheBuildPassed) {
  auto leg = make_leg(amd64);
  leg.result = Result::failed;
  leg.tests = {{"/app", Result::failed, {}, "Segmentation fault"}};
  const auto junit = to_junit(make_run({leg}));
  EXPECT_THAT(junit, HasSubstr("failures=\"1\""));
  EXPECT_THAT(junit, HasSubstr("<failure message=\"the test failed\">Segmentation fault</failure>"));
}

TEST(Junit, AnOptionalPlatformFailsNoRun) {
  auto leg = make_leg(arm64, Result::failed);
  leg.optional = true;
  leg.error = "exit code 2";
  const auto junit = to_junit(make_run({leg}));
  EXPECT_THAT(junit, Not(HasSubstr("<failure")));
  EXPECT_THAT(junit, HasSubstr("<skipped message=\"optional platform: exit code 2\"/>"));
}

TEST(Junit, AFailedPublishIsAFailure) {
  auto run = make_run({make_leg(amd64)});
  run.result = Result::failed;
  run.tags = {"r.example/a:1"};
  run.error = "403 Forbidden";
  EXPECT_THAT(to_junit(run), HasSubstr("name=\"publish\" time=\"0.000\">\n      <failure message=\"403 Forbidden\">"));
}

TEST(Junit, ARunThatNeverStartedIsAFailure) {
  auto run = make_run({});
  run.result = Result::failed;
  run.error = "no builder";
  EXPECT_THAT(to_junit(run), HasSubstr("<failure message=\"no builder\">"));
}

TEST(Junit, EscapesWhatComesFromOutside) {
  const auto junit = to_junit(make_hostile_run());
  EXPECT_THAT(junit, HasSubstr("&lt;b&gt;&amp;amp;&lt;/b&gt;"));
  for (const char c : {'\x1b', '\x01', '\xff'}) EXPECT_EQ(junit.find(c), std::string::npos);
}

}  // namespace
}  // namespace polyarch::report
