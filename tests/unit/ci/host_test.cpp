#include "ci/host.hpp"

#include <gmock/gmock.h>

#include "sys/files.hpp"

namespace polyarch::ci {
namespace {

using Variables = std::map<std::string, std::string, std::less<>>;

Host detected(Variables variables) {
  return detect(sys::fixed_environment(std::move(variables)));
}

// A GitHub job whose event is `event`.
Host on_github(Variables variables, std::string_view event) {
  const sys::TemporaryDirectory directory;
  sys::write_file(directory.path() / "event.json", event);
  variables.insert({{"GITHUB_ACTIONS", "true"}, {"GITHUB_EVENT_PATH", directory.path() / "event.json"}});
  return detected(std::move(variables));
}

TEST(Local, KnowsNothingButWhetherItIsCi) {
  const auto host = detected({});
  EXPECT_EQ(host.name, "local");
  EXPECT_FALSE(host.ci);
  EXPECT_FALSE(host.untrusted);
  EXPECT_EQ(host.run_id, "");
  EXPECT_TRUE(detected({{"CI", "true"}}).ci);
  EXPECT_FALSE(detected({{"CI", "false"}}).ci);
}

TEST(Github, ReadsAPush) {
  const auto host = on_github({{"GITHUB_RUN_ID", "123"},
                               {"GITHUB_RUN_ATTEMPT", "2"},
                               {"GITHUB_REF", "refs/heads/feature/x"},
                               {"GITHUB_SHA", "abc"},
                               {"GITHUB_SERVER_URL", "https://git.example"},
                               {"GITHUB_REPOSITORY", "me/app"}},
                              R"({"repository": {"full_name": "me/app", "default_branch": "trunk"}})");
  EXPECT_EQ(host.name, "github");
  EXPECT_TRUE(host.ci);
  EXPECT_EQ(host.run_id, "123");
  EXPECT_EQ(host.branch, "feature/x");
  EXPECT_EQ(host.base_branch, "");
  EXPECT_EQ(host.default_branch, "trunk");
  EXPECT_EQ(host.commit, "abc");
  EXPECT_EQ(host.source, "https://git.example/me/app");
  EXPECT_FALSE(host.untrusted);
}

TEST(Github, KnowsWhereTheCommitIsFetchedFrom) {
  const auto fetched = [](const char* ref) {
    return on_github({{"GITHUB_REPOSITORY", "me/app"}, {"GITHUB_REF", ref}, {"GITHUB_SHA", "abc"}}, "{}").git_context;
  };
  EXPECT_EQ(fetched("refs/heads/main"), "https://github.com/me/app.git#abc");
  EXPECT_EQ(fetched("refs/pull/7/merge"), "https://github.com/me/app.git#refs/pull/7/merge");
  EXPECT_EQ(on_github({}, "{}").git_context, "");
}

TEST(Github, ATagIsNoBranch) {
  EXPECT_EQ(on_github({{"GITHUB_REF", "refs/tags/v1"}}, "{}").branch, "");
}

TEST(Github, TakesTheBranchesOfAPullRequest) {
  const auto host = on_github(
      {{"GITHUB_REF", "refs/pull/7/merge"}, {"GITHUB_HEAD_REF", "fix"}, {"GITHUB_BASE_REF", "main"}},
      R"({"repository": {"full_name": "me/app"}, "pull_request": {"head": {"repo": {"full_name": "me/app"}}}})");
  EXPECT_EQ(host.branch, "fix");
  EXPECT_EQ(host.base_branch, "main");
  EXPECT_FALSE(host.untrusted);
}

TEST(Github, TrustsOnlyCodeOfTheSameRepository) {
  const std::string_view foreign[] = {
      R"({"repository": {"full_name": "me/app"}, "pull_request": {"head": {"repo": {"full_name": "you/app"}}}})",
      R"({"repository": {"full_name": "me/app"}, "pull_request": {"head": {"repo": null}}})",
      R"({"repository": {"full_name": "me/app"}, "pull_request": {}})",
      R"({"pull_request": {"head": {"repo": {}}}})",
      R"({"repository": {"full_name": "me/app"}, "workflow_run": {"head_repository": {"full_name": "you/app"}}})",
      "no JSON",
      "[]",
  };
  for (const auto event : foreign) EXPECT_TRUE(on_github({}, event).untrusted) << event;
  EXPECT_TRUE(detected({{"GITHUB_ACTIONS", "true"}, {"GITHUB_EVENT_PATH", "/nowhere/event.json"}}).untrusted);
  EXPECT_FALSE(on_github({}, R"({"repository": 7, "pull_request": null})").untrusted);
}

TEST(Gitlab, ReadsABranchPipeline) {
  const auto host = detected({{"GITLAB_CI", "true"},
                              {"CI", "true"},
                              {"CI_PIPELINE_ID", "42"},
                              {"CI_COMMIT_BRANCH", "main"},
                              {"CI_DEFAULT_BRANCH", "main"},
                              {"CI_COMMIT_SHA", "abc"},
                              {"CI_PROJECT_URL", "https://gitlab.example/grp/app"}});
  EXPECT_EQ(host.name, "gitlab");
  EXPECT_EQ(host.run_id, "42");
  EXPECT_EQ(host.branch, "main");
  EXPECT_EQ(host.default_branch, "main");
  EXPECT_EQ(host.commit, "abc");
  EXPECT_EQ(host.source, "https://gitlab.example/grp/app");
  EXPECT_FALSE(host.untrusted);
}

Variables merge_request(const std::string& source_project) {
  return {{"GITLAB_CI", "true"},
          {"CI_MERGE_REQUEST_IID", "7"},
          {"CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "fix"},
          {"CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"},
          {"CI_MERGE_REQUEST_PROJECT_ID", "1"},
          {"CI_MERGE_REQUEST_SOURCE_PROJECT_ID", source_project}};
}

TEST(Gitlab, ReadsAMergeRequest) {
  const auto host = detected(merge_request("1"));
  EXPECT_EQ(host.branch, "fix");
  EXPECT_EQ(host.base_branch, "main");
  EXPECT_FALSE(host.untrusted);
}

TEST(Gitlab, DoesNotTrustForks) {
  EXPECT_TRUE(detected(merge_request("2")).untrusted);
  EXPECT_TRUE(detected({{"GITLAB_CI", "true"}, {"CI_MERGE_REQUEST_IID", "7"}}).untrusted);
  EXPECT_TRUE(detected({{"GITLAB_CI", "true"},
                        {"CI_EXTERNAL_PULL_REQUEST_IID", "7"},
                        {"CI_EXTERNAL_PULL_REQUEST_SOURCE_REPOSITORY", "you/app"},
                        {"CI_EXTERNAL_PULL_REQUEST_TARGET_REPOSITORY", "me/app"}})
                  .untrusted);
}

std::vector<std::string> logins_of(Variables variables) {
  variables["GITLAB_CI"] = "true";
  std::vector<std::string> out;
  for (const auto& login : detected(variables).logins) {
    out.push_back(login.registry + "=" + login.username + ":" + login.password);
  }
  return out;
}

TEST(Gitlab, KnowsTheLoginsOfItsJobs) {
  using testing::ElementsAre;
  Variables variables{{"CI_REGISTRY", "registry.gitlab.example"}, {"CI_JOB_TOKEN", "token"}};
  EXPECT_THAT(logins_of(variables), ElementsAre("registry.gitlab.example=gitlab-ci-token:token"));
  variables.insert({{"CI_REGISTRY_USER", "ci"}, {"CI_REGISTRY_PASSWORD", "word"}});
  EXPECT_THAT(logins_of(variables), ElementsAre("registry.gitlab.example=ci:word"));
  variables.insert({{"CI_DEPENDENCY_PROXY_SERVER", "gitlab.example:443"},
                    {"CI_DEPENDENCY_PROXY_USER", "proxy"},
                    {"CI_DEPENDENCY_PROXY_PASSWORD", "other"}});
  EXPECT_THAT(logins_of(variables), ElementsAre("registry.gitlab.example=ci:word", "gitlab.example:443=proxy:other"));
  EXPECT_THAT(logins_of({{"CI_JOB_TOKEN", "token"}}), testing::IsEmpty()) << "an instance without a registry";
}

TEST(Jenkins, ReadsABranch) {
  const auto host = detected({{"JENKINS_URL", "https://jenkins.example/"},
                              {"BUILD_TAG", "jenkins-app-main-12"},
                              {"BRANCH_NAME", "main"},
                              {"BRANCH_IS_PRIMARY", "true"},
                              {"GIT_COMMIT", "abc"},
                              {"GIT_URL", "https://me:token@git.example/app.git"}});
  EXPECT_EQ(host.name, "jenkins");
  EXPECT_TRUE(host.ci);
  EXPECT_EQ(host.run_id, "jenkins-app-main-12");
  EXPECT_EQ(host.branch, "main");
  EXPECT_EQ(host.default_branch, "main");
  EXPECT_EQ(host.commit, "abc");
  EXPECT_EQ(host.source, "https://git.example/app.git");
  EXPECT_FALSE(host.untrusted);
}

TEST(Jenkins, ReadsAChange) {
  Variables variables{{"BUILD_TAG", "jenkins-app-PR-7-1"},
                      {"BRANCH_NAME", "PR-7"},
                      {"CHANGE_ID", "7"},
                      {"CHANGE_BRANCH", "fix"},
                      {"CHANGE_TARGET", "main"}};
  const auto host = detected(variables);
  EXPECT_EQ(host.branch, "fix");
  EXPECT_EQ(host.base_branch, "main");
  EXPECT_FALSE(host.untrusted);
  variables["CHANGE_FORK"] = "you";
  EXPECT_TRUE(detected(variables).untrusted);
}

TEST(Jenkins, ReadsAJobOfOneBranch) {
  EXPECT_EQ(detected({{"BUILD_TAG", "jenkins-app-1"}, {"GIT_BRANCH", "origin/release/1"}}).branch, "release/1");
  EXPECT_EQ(detected({{"BUILD_TAG", "jenkins-app-1"}, {"GIT_URL", "git@git.example:me/app"}}).source,
            "git@git.example:me/app");
  EXPECT_EQ(detected({{"BUILD_TAG", "nightly"}}).name, "local");
}

TEST(Groups, FoldWhereTheHostFolds) {
  const Clock::Wall now{std::chrono::seconds(1700000000)};
  Host host;
  EXPECT_EQ(group_start(host, "Plan", now) + group_end(host, "Plan", now), "");
  host.name = "github";
  EXPECT_EQ(group_start(host, "100%\n::error::x", now), "::group::100%25::error::x\n");
  EXPECT_EQ(group_end(host, "Plan", now), "::endgroup::\n");
  host.name = "gitlab";
  EXPECT_EQ(group_start(host, "Build linux/arm64", now),
            "\x1b[0Ksection_start:1700000000:build_linux_arm64\r\x1b[0KBuild linux/arm64\n");
  EXPECT_EQ(group_end(host, "Build linux/arm64", now), "\x1b[0Ksection_end:1700000000:build_linux_arm64\r\x1b[0K\n");
}

}  // namespace
}  // namespace polyarch::ci
