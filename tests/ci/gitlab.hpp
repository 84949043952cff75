#pragma once
#include "ci/client.hpp"

// ci/gitlab/polyarch.yml, run by gitlab-ci-local.
namespace polyarch::ci_clients {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Gitlab : public Project {
 protected:
  void SetUp() override {
    Project::SetUp();
    if (!IsSkipped() && (!fs::exists(client("gitlab-ci-local")) || !fs::exists(client("bin/node")))) {
      GTEST_SKIP() << "no gitlab-ci-local: scripts/ci-clients.sh gitlab-ci-local node";
    }
  }

  // A pipeline that includes the template as `how` says, and hands the digest on to a later job.
  void pipeline(const Json& how, Json inputs) const {
    if (!inputs.contains("release-url")) inputs["engine"] = e2e::engine_path();
    inputs["docker"] = "host";
    auto include = how;
    include["inputs"] = inputs;
    const Json later{
        {"stage", "deploy"}, {"needs", {"polyarch"}}, {"script", {"echo \"image is $POLYARCH_REFERENCE\""}}};
    // JSON is YAML, too.
    e2e::write(project() / ".gitlab-ci.yml", Json{{"include", {include}}, {"later", later}}.dump(2));
    e2e::write(project() / ".gitignore", ".gitlab-ci-local*\npolyarch-report\n");
    commit();
  }
  static Json local() { return {{"local", "ci/polyarch.yml"}}; }
  static Json component() { return {{"component", "gitlab.invalid/group/app/polyarch@$CI_COMMIT_SHA"}}; }

  // What GitLab gives its jobs, and what a project keeps in its settings.
  Json variables(std::string_view password = login_canary) const {
    return {
        {"CI", "true"},
        {"GITLAB_CI", "true"},
        {"CI_REGISTRY", registry()},
        {"CI_REGISTRY_USER", "ci"},
        {"CI_REGISTRY_PASSWORD", password},
        {"CI_JOB_TOKEN", job_canary},
        {"CI_REPOSITORY_URL", "https://gitlab-ci-token:" + std::string(job_canary) + "@gitlab.invalid/group/app.git"},
        {"CI_DEPENDENCY_PROXY_SERVER", "gitlab.invalid:443"},
        {"CI_DEPENDENCY_PROXY_USER", "gitlab-ci-token"},
        {"CI_DEPENDENCY_PROXY_PASSWORD", job_canary},
        {"SOURCES", secret_context},
        {"POLYARCH_SECRETS", "token=" + std::string(token_canary)}};
  }

  sys::ProcessResult run_pipeline(const Json& variables, std::map<std::string, std::string> runner = {}) const {
    e2e::write(project() / ".gitlab-ci-local-variables.yml", variables.dump());
    runner.merge(surroundings());
    const auto program = client("gitlab-ci-local/node_modules/gitlab-ci-local/dist/index.js");
    return run(
        {"sh", "-c", "cd \"$0\" && exec \"$@\"", project().string(), client("bin/node").string(), program.string(),
         "--force-shell-executor", "--shell-isolation", "--home", path("home").string(), "--ignore-predefined-vars",
         "CI,GITLAB_CI,CI_REGISTRY,CI_REGISTRY_USER,CI_REGISTRY_PASSWORD,CI_JOB_TOKEN,CI_REPOSITORY_URL,"
         "CI_DEPENDENCY_PROXY_SERVER,CI_DEPENDENCY_PROXY_USER,CI_DEPENDENCY_PROXY_PASSWORD"},
        std::move(runner));
  }

  void expect_no_canary(const sys::ProcessResult& result) const {
    EXPECT_FALSE(has_canary(result.out + result.err)) << shown(result);
    EXPECT_THAT(files_with_canaries(path("tmp")), IsEmpty());
    EXPECT_THAT(files_with_canaries(variable("DOCKER_CONFIG")), IsEmpty());
    EXPECT_THAT(files_with_canaries(project()), ElementsAre(".gitlab-ci-local-variables.yml"));
  }

  void copy_template(const std::string& to) const {
    fs::create_directories((project() / to).parent_path());
    fs::copy(source("ci/gitlab/polyarch.yml"), project() / to);
  }
};

}  // namespace polyarch::ci_clients
