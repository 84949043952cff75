#pragma once
#include "ci/client.hpp"

// ci/jenkins as a shared library: Groovy 2.4 and Jenkins' rewriting into continuations, with agents on this machine.
namespace polyarch::ci_clients {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

inline std::string groovy(const Json& value) {
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

  sys::ProcessResult run_pipeline(const std::string& script, std::string_view user = login,
                                  std::map<std::string, std::string> variables = {}) const {
    commit();
    fs::remove_all(path("jenkins"));
    e2e::write(path("jenkins/credentials.json"), credentials(user).dump());
    e2e::write(path("Jenkinsfile"), script);
    variables.merge(surroundings());
    return run({"java", "-cp", client("groovy/jars").string() + "/*", "groovy.ui.GroovyMain",
                source("tests/ci/jenkins/controller.groovy").string(), source("ci/jenkins").string(),
                path("Jenkinsfile").string(), path("jenkins").string(), project().string()},
               std::move(variables));
  }

  // By their ids; those of the documents besides ours.
  static Json credentials(std::string_view user) {
    return {{"registry", user}, {"npm", token_canary}, {"registry-login", user}, {"npm-token", token_canary}};
  }

  void expect_no_canary(const sys::ProcessResult& result) const {
    EXPECT_FALSE(has_canary(result.out + result.err)) << shown(result);
    EXPECT_THAT(files_with_canaries(path("tmp")), IsEmpty());
    EXPECT_THAT(files_with_canaries(variable("DOCKER_CONFIG")), IsEmpty());
    EXPECT_THAT(files_with_canaries(path("jenkins")), ElementsAre("credentials.json"));
  }
};

}  // namespace polyarch::ci_clients
