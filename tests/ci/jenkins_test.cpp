// ci/jenkins as a shared library: Groovy 2.4 and Jenkins' rewriting into continuations, with agents on this machine.
#include "ci/client.hpp"

namespace polyarch::ci_clients {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string groovy(const Json& value) {
  if (value.is_string()) {
    const auto escaped = text::replace_all(value.get<std::string>(), "\\", "\\\\");
    return "'" + text::replace_all(escaped, "'", "\\'") + "'";
  }
  if (!value.is_structured()) return value.dump();
  std::vector<std::string> parts;
  for (const auto& [key, each] : value.items()) {
    parts.push_back((value.is_object() ? groovy(key) + ": " : "") + groovy(each));
  }
  return "[" + text::join(parts, ", ") + "]";
}

class Jenkins : public Project {
 protected:
  void SetUp() override {
    Project::SetUp();
    if (!IsSkipped() && !fs::exists(client("groovy/jars"))) {
      GTEST_SKIP() << "no Groovy: scripts/ci-clients.sh groovy";
    }
  }

  // Credentials are named by their ids.
  Json arguments(Json inputs) const {
    if (!inputs.contains("releaseUrl")) inputs["engine"] = e2e::engine_path();
    inputs["credentials"] = {{registry(), "registry"}};
    inputs["secrets"] = {{"token", "npm"}};
    return inputs;
  }

  sys::ProcessResult run_pipeline(const std::string& script, std::string_view login = ci_clients::login,
                                  std::map<std::string, std::string> variables = {}) const {
    commit();
    fs::remove_all(path("jenkins"));
    e2e::write(path("jenkins/credentials.json"), Json{{"registry", login}, {"npm", token_canary}}.dump());
    e2e::write(path("Jenkinsfile"), script);
    variables.merge(surroundings());
    return run({"java", "-cp", client("groovy/jars").string() + "/*", "groovy.ui.GroovyMain",
                source("tests/ci/jenkins/controller.groovy").string(), source("ci/jenkins").string(),
                path("Jenkinsfile").string(), path("jenkins").string(), project().string()},
               std::move(variables));
  }

  void expect_no_canary(const sys::ProcessResult& result) const {
    EXPECT_FALSE(has_canary(result.out + result.err)) << shown(result);
    EXPECT_THAT(files_with_canaries(path("tmp")), IsEmpty());
    EXPECT_THAT(files_with_canaries(variable("DOCKER_CONFIG")), IsEmpty());
    EXPECT_THAT(files_with_canaries(path("jenkins")), ElementsAre("credentials.json"));
  }
};

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

}  // namespace
}  // namespace polyarch::ci_clients
