// Scripted pipelines with the library for Jenkins.
#include "ci/jenkins.hpp"

namespace polyarch::ci_clients {
namespace {

std::string step(const Json& arguments) {
  return "node('intel') {\n  checkout scm\n  def image = polyarch(" + groovy(arguments) +
         ")\n  echo \"image is ${image.reference}\"\n  echo currentBuild.description\n}\n";
}

TEST_F(Jenkins, TheStepPublishesWhatTheEngineMakesOfTheSameInputs) {
  ArgumentsWatch watch;
  const auto result = run_pipeline(step(arguments(inputs())));
  EXPECT_THAT(watch.end(), IsEmpty());
  EXPECT_GT(watch.looks(), 10U);
  ASSERT_TRUE(result.ok()) << shown(result);
  const auto digest = digest_of(tag());
  EXPECT_EQ(digest, expected_digest());
  EXPECT_THAT(result.out, HasSubstr("image is " + tag() + "@" + digest + "\n"));
  EXPECT_THAT(result.out, HasSubstr("\n" + tag() + "@" + digest + "\n")) << "the description of the build";
  EXPECT_EQ(e2e::read_json(path("jenkins/archive/polyarch-report/report.json")).at("digest"), digest);
  EXPECT_TRUE(fs::exists(path("jenkins/junit/polyarch-report/junit.xml")));
  EXPECT_TRUE(fs::is_empty(path("jenkins/agents/intel/workspace/job@tmp"))) << "nothing is left on the agent";

  expect_no_canary(result);
}

TEST_F(Jenkins, AnEngineIsFetchedWhereNoneIs) {
  auto given = inputs();
  given["releaseUrl"] = release();
  const auto result = run_pipeline(step(arguments(given)), login, {{"XDG_CACHE_HOME", path("cache").string()}});
  ASSERT_TRUE(result.ok()) << shown(result);
  EXPECT_THAT(result.out, HasSubstr("image is " + tag() + "@" + digest_of(tag()) + "\n"));
  EXPECT_FALSE(fs::is_empty(path("cache/polyarch")));
}

TEST_F(Jenkins, AMatrixOfAgentsPublishesTheSame) {
  auto given = arguments(inputs());
  given.erase("platforms");  // those of the agents
  given["agents"] = {{"linux/amd64", "intel"}, {"linux/arm64", "arm"}};
  const auto result =
      run_pipeline("def image = polyarch.matrix(" + groovy(given) + ")\necho \"image is ${image.reference}\"\n");
  ASSERT_TRUE(result.ok()) << shown(result);
  const auto digest = digest_of(tag());
  EXPECT_EQ(digest, expected_digest());
  EXPECT_THAT(result.out, HasSubstr("image is " + tag() + "@" + digest + "\n"));
  for (const auto* leg : {"linux-amd64", "linux-arm64"}) {
    EXPECT_TRUE(fs::exists(path("jenkins/archive/polyarch-report-" + std::string(leg) + "/report.json"))) << leg;
  }
}

TEST_F(Jenkins, WhatFailsIsRedAndSaysWhy) {
  const auto before = occupy_tag();
  ArgumentsWatch watch;
  for (const auto& red : red_cases()) {
    auto given = inputs();
    given.update(red.inputs);
    const auto result = run_pipeline(step(arguments(given)), red.wrong_password ? "ci:wrong" : login, red.variables);
    expect_red(red, result, path("jenkins/archive/polyarch-report"), before);
    EXPECT_TRUE(fs::exists(path("jenkins/junit/polyarch-report/junit.xml"))) << red.name;
    expect_no_canary(result);
  }
  EXPECT_THAT(watch.end(), IsEmpty());
}

TEST_F(Jenkins, AReportThatCannotBeKeptHidesNoFailure) {
  const auto without_archive = "node('intel') { sh 'touch " + path("jenkins/archive").string() + "' }\n";
  auto given = inputs();
  given["file"] = "Dockerfile.lost";
  const auto both = run_pipeline(without_archive + step(arguments(given)));
  EXPECT_FALSE(both.ok());
  EXPECT_THAT(both.out + both.err, HasSubstr("script returned exit code")) << shown(both);
  EXPECT_THAT(both.out, HasSubstr("the report was not kept")) << shown(both);
  const auto report_alone = run_pipeline(without_archive + step(arguments(inputs())));
  EXPECT_FALSE(report_alone.ok()) << "nobody would look for it";
  EXPECT_THAT(report_alone.out, Not(HasSubstr("the report was not kept"))) << shown(report_alone);
}

}  // namespace
}  // namespace polyarch::ci_clients
