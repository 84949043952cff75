// Declarative pipelines with the library for Jenkins, and those that the documents print.
#include "ci/jenkins.hpp"

namespace polyarch::ci_clients {
namespace {

using ::testing::Not;
using ::testing::SizeIs;

// Whole pipelines in the blocks of a document.
std::vector<std::string> pipelines_of(const std::string& document) {
  const auto text = sys::read_file(source(document), 1U << 20);
  std::vector<std::string> out;
  constexpr std::string_view begin = "```groovy\n";
  for (auto at = text.find(begin); at != std::string::npos; at = text.find(begin, at)) {
    at += begin.size();
    auto block = text.substr(at, text.find("```", at) - at);
    if (block.starts_with("@Library('polyarch') _\n")) out.push_back(std::move(block));
  }
  return out;
}

class JenkinsDocuments : public Jenkins {
 protected:
  // What the documents leave to the agents.
  std::map<std::string, std::string> agent() const {
    return {{"POLYARCH_ENGINE", e2e::engine_path()},
            {"POLYARCH_BUILDER", variable("POLYARCH_TESTBED_BUILDKIT")},
            {"POLYARCH_BUILD_ARGS", base_argument()},
            {"POLYARCH_CACHE", "off"}};
  }
  void expect_published(const std::string& pipeline) const {
    const auto here = text::replace_all(text::replace_all(pipeline, "registry.example", registry()), "/app --version",
                                        "/greet | grep Hello");
    ASSERT_NE(here, pipeline);
    const auto result = run_pipeline(here, login, agent());
    ASSERT_TRUE(result.ok()) << pipeline << shown(result);
    ASSERT_TRUE(fs::exists(path("jenkins/description"))) << pipeline << shown(result);
    const auto reference = sys::read_file(path("jenkins/description"), 1U << 16);
    const auto parts = text::cut(reference, '@');
    ASSERT_TRUE(parts.has_value()) << reference;
    EXPECT_TRUE(parts->first.starts_with(registry() + "/team/app:")) << reference;
    EXPECT_EQ(digest_of(std::string(parts->first)), parts->second) << pipeline;
    expect_no_canary(result);
  }
};

TEST_F(JenkinsDocuments, ThePipelineOfTheReadmeRunsAsItIsPrinted) {
  const auto pipelines = pipelines_of("README.md");
  ASSERT_THAT(pipelines, SizeIs(1));
  expect_published(pipelines.front());
}

TEST_F(JenkinsDocuments, ThoseOfTheGuideRunAsTheyArePrinted) {
  const auto pipelines = pipelines_of("docs/jenkins.md");
  ASSERT_THAT(pipelines, SizeIs(4)) << "declarative, scripted, and an agent for each platform in both";
  for (const auto& pipeline : pipelines) expect_published(pipeline);
}

// The variables of the checkout are there; stages after a red one do not run; `post` has its order.
TEST_F(Jenkins, ATestThatFailsMakesADeclarativeStageRed) {
  const auto before = occupy_tag();
  auto given = inputs();
  given["tests"] = {"linux/arm64:test -e /nowhere"};
  const auto result = run_pipeline(
      "pipeline {\n  agent { label 'intel' }\n  environment {\n    OF = \"${env.GIT_BRANCH}\"\n"
      "    WHERE = \"${OF} on ${env.NODE_LABELS}\"\n  }\n  stages {\n"
      "    stage('Image') {\n      steps {\n        polyarch(" +
      groovy(arguments(given)) +
      ")\n      }\n      post { failure { echo 'the image failed' } }\n    }\n"
      "    stage('Deploy') { steps { echo 'deployed' } }\n  }\n"
      "  post {\n    success { echo 'all is well' }\n    failure { echo 'all failed' }\n"
      "    always { echo \"ended: ${env.WHERE}\" }\n  }\n}\n");
  EXPECT_FALSE(result.ok()) << shown(result);
  EXPECT_THAT(result.out, HasSubstr("test -e /nowhere"));
  EXPECT_THAT(result.out, testing::ContainsRegex("the image failed\n(.*\n)*.*Stage \"Image\": FAILURE\n(.*\n)*"
                                                 "ended: origin/main on intel\n(.*\n)*all failed\n"));
  EXPECT_THAT(result.out, Not(HasSubstr("deployed")));
  EXPECT_THAT(result.out, Not(HasSubstr("all is well")));
  EXPECT_THAT(result.out, HasSubstr("Finished: FAILURE"));
  EXPECT_EQ(digest_of(tag()), before);
  EXPECT_TRUE(fs::exists(path("jenkins/junit/polyarch-report/junit.xml")));
  expect_no_canary(result);
}

// What our stand-in for Jenkins accepts, Jenkins must accept: so it refuses what Jenkins does.
TEST_F(Jenkins, WhatNoDeclarativePipelineMaySayIsRefused) {
  const auto refusal = [&](const std::string& head, const std::string& steps) {
    const auto result =
        run_pipeline("pipeline {\n" + head + "\n  stages { stage('x') { steps {\n" + steps + "\n} } }\n}\n");
    EXPECT_FALSE(result.ok()) << steps;
    return result.out + result.err;
  };
  EXPECT_THAT(refusal("  agent any", "polyarch.matrix(agents: [:])"), HasSubstr("Method calls on objects not allowed"));
  EXPECT_THAT(refusal("  agent any", "def image = 1"), HasSubstr("Expected a step"));
  EXPECT_THAT(refusal("", "echo 'x'"), HasSubstr("Missing required section \"agent\""));
  EXPECT_THAT(refusal("  agent none", "sh 'true'"), HasSubstr("hudson.FilePath is missing"));
  EXPECT_THAT(refusal("  agent any\n  agents any", "echo 'x'"), HasSubstr("agents"));
}

}  // namespace
}  // namespace polyarch::ci_clients
