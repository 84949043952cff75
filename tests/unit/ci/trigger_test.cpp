#include "ci/trigger.hpp"

#include <gmock/gmock.h>

#include "ci/github_event.hpp"
#include "report/timestamp.hpp"
#include "sys/files.hpp"

namespace polyarch::ci {
namespace {

using Values = std::map<std::string, std::string, std::less<>>;

Trigger triggered(Values values) {
  const auto environment = sys::fixed_environment(std::move(values));
  return read_trigger(detect(environment), environment);
}

// A GitHub job whose event is `event`.
Trigger github_job(Values values, std::string_view event = "{}") {
  const sys::TemporaryDirectory directory;
  sys::write_file(directory.path() / "event.json", event);
  values.insert({{"GITHUB_ACTIONS", "true"}, {"GITHUB_EVENT_PATH", directory.path() / "event.json"}});
  return triggered(std::move(values));
}

// What names a tag: branch, tag, request and its base.
std::vector<std::string> named_by(const Trigger& trigger) {
  return {trigger.branch, trigger.tag, trigger.request, trigger.base};
}

using Strings = std::vector<std::string>;

TEST(Trigger, OfGithubIsABranchATagOrARequest) {
  const struct {
    Values values;
    std::string event;
    Strings named;
  } examples[] = {
      {{{"GITHUB_REF", "refs/heads/feature/x"}}, "{}", {"feature/x", "", "", ""}},
      {{{"GITHUB_REF", "refs/tags/p1/v1.2"}}, "{}", {"", "p1/v1.2", "", ""}},
      {{{"GITHUB_REF", "refs/pull/7/merge"}, {"GITHUB_HEAD_REF", "fix"}, {"GITHUB_BASE_REF", "main"}},
       "{}",
       {"", "", "7", "main"}},
      {{{"GITHUB_REF", "refs/pull/7"}}, "{}", {"", "", "7", ""}},
      {{{"GITHUB_REF", "refs/pull/"}}, "{}", {"", "", "", ""}},
      // pull_request_target: the ref is that of the base
      {{{"GITHUB_REF", "refs/heads/main"}, {"GITHUB_HEAD_REF", "fix"}, {"GITHUB_BASE_REF", "main"}},
       R"({"pull_request": {"number": 9}})",
       {"", "", "9", "main"}},
      {{{"GITHUB_REF", "refs/heads/main"}}, R"({"pull_request": {"number": -9}})", {"main", "", "", ""}},
      {{{"GITHUB_REF", "refs/heads/main"}}, R"({"pull_request": {"number": "9:latest"}})", {"main", "", "", ""}},
      {{{"GITHUB_REF", "main"}}, "{}", {"", "", "", ""}},
      {{}, "{}", {"", "", "", ""}},
  };
  for (const auto& example : examples)
    EXPECT_EQ(named_by(github_job(example.values, example.event)), example.named)
        << testing::PrintToString(example.values);
}

TEST(Trigger, OfGithubTellsOfTheRepository) {
  const auto trigger = github_job({{"GITHUB_EVENT_NAME", "push"},
                                   {"GITHUB_REF", "refs/heads/main"},
                                   {"GITHUB_SHA", "abc"},
                                   {"GITHUB_REPOSITORY", "me/app"}},
                                  R"({"repository": {"name": "App", "description": "does {{it}}\n",
                                      "html_url": "https://git.example/me/app", "default_branch": "main",
                                      "license": {"spdx_id": "MIT"}},
                                      "head_commit": {"timestamp": "2020-01-10T01:30:00+01:00"}})");
  EXPECT_EQ(trigger.event, "push");
  EXPECT_EQ(trigger.commit, "abc");
  EXPECT_EQ(trigger.default_branch, "main");
  EXPECT_EQ(trigger.title, "App");
  EXPECT_EQ(trigger.description, "does {{it}}\n");
  EXPECT_EQ(trigger.url, "https://git.example/me/app");
  EXPECT_EQ(trigger.license, "MIT");
  ASSERT_TRUE(trigger.commit_date);
  EXPECT_EQ(report::rfc3339(*trigger.commit_date), "2020-01-10T00:30:00.000Z");
}

TEST(Trigger, KnowsWithoutAnEventWhatTheVariablesSay) {
  const std::vector<std::string> bad{"",
                                     "no JSON",
                                     "[]",
                                     "null",
                                     R"({"repository": 7, "head_commit": {"timestamp": "yesterday"}})",
                                     R"({"head_commit": {"timestamp": 1578616200}, "pull_request": []})"};
  for (const auto& event : bad) {
    const auto trigger = github_job({{"GITHUB_REF", "refs/heads/main"}, {"GITHUB_REPOSITORY", "me/app"}}, event);
    EXPECT_EQ(trigger.branch, "main") << event;
    EXPECT_EQ(trigger.url, "https://github.com/me/app") << event;
    EXPECT_EQ(trigger.title, "app") << event;
    EXPECT_FALSE(trigger.commit_date) << event;
  }
  for (const auto* path : {"/nowhere/event.json", "/"}) {
    EXPECT_EQ(triggered({{"GITHUB_ACTIONS", "true"}, {"GITHUB_REF", "refs/tags/v1"}, {"GITHUB_EVENT_PATH", path}}).tag,
              "v1");
  }
}

TEST(Trigger, OfGitlabIsABranchATagOrARequest) {
  const auto named = [](Values values) {
    values["GITLAB_CI"] = "true";
    return named_by(triggered(std::move(values)));
  };
  EXPECT_EQ(named({{"CI_COMMIT_BRANCH", "main"}}), (Strings{"main", "", "", ""}));
  EXPECT_EQ(named({{"CI_COMMIT_TAG", "v1"}}), (Strings{"", "v1", "", ""}));
  EXPECT_EQ(named({{"CI_MERGE_REQUEST_IID", "3"},
                   {"CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "fix"},
                   {"CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"}}),
            (Strings{"", "", "3", "main"}));
  EXPECT_EQ(named({{"CI_EXTERNAL_PULL_REQUEST_IID", "4"},
                   {"CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_NAME", "fix"},
                   {"CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME", "main"}}),
            (Strings{"", "", "4", "main"}));
}

TEST(Trigger, OfGitlabTellsOfTheProject) {
  const auto trigger = triggered({{"GITLAB_CI", "true"},
                                  {"CI_PIPELINE_SOURCE", "schedule"},
                                  {"CI_COMMIT_BRANCH", "main"},
                                  {"CI_COMMIT_TIMESTAMP", "2020-01-10T00:30:00Z"},
                                  {"CI_PROJECT_TITLE", "The App"},
                                  {"CI_PROJECT_DESCRIPTION", "does it"},
                                  {"CI_PROJECT_URL", "https://gitlab.example/grp/app"}});
  EXPECT_TRUE(trigger.scheduled());
  EXPECT_EQ(trigger.title, "The App");
  EXPECT_EQ(trigger.description, "does it");
  EXPECT_EQ(trigger.url, "https://gitlab.example/grp/app");
  EXPECT_EQ(report::rfc3339(trigger.commit_date.value()), "2020-01-10T00:30:00.000Z");
}

TEST(Trigger, OfJenkinsIsABranchATagOrAChange) {
  const auto named = [](Values values) {
    values["BUILD_TAG"] = "jenkins-app-1";
    return named_by(triggered(std::move(values)));
  };
  EXPECT_EQ(named({{"BRANCH_NAME", "main"}}), (Strings{"main", "", "", ""}));
  EXPECT_EQ(named({{"BRANCH_NAME", "v1"}, {"TAG_NAME", "v1"}}), (Strings{"", "v1", "", ""}));
  EXPECT_EQ(named({{"BRANCH_NAME", "PR-7"}, {"CHANGE_ID", "7"}, {"CHANGE_BRANCH", "x"}, {"CHANGE_TARGET", "main"}}),
            (Strings{"", "", "7", "main"}));
}

TEST(Trigger, TheRepositoryIsCalledByTheEndOfItsAddress) {
  const std::pair<const char*, const char*> examples[] = {{"https://git.example/grp/app.git", "app"},
                                                          {"https://me:token@git.example/grp/app", "app"},
                                                          {"git@git.example:app.git", "app"},
                                                          {"https://git.example/grp/app/", "app"},
                                                          {"https://git.example/grp/app.git/", "app"},
                                                          {"app", "app"},
                                                          {"///", ""},
                                                          {".git", ""}};
  for (const auto& [url, title] : examples)
    EXPECT_EQ(triggered({{"BUILD_TAG", "jenkins-app-1"}, {"GIT_URL", url}}).title, title) << url;
  EXPECT_EQ(triggered({}).title, "");
}

TEST(GithubEvent, TakesOnlyWhatHasItsType) {
  const auto event = parse_github_event(
      R"({"repository": {"name": 7, "description": null, "html_url": [], "license": "MIT", "default_branch": {}},
          "pull_request": {"number": 1.5}, "head_commit": "x"})");
  for (const auto& text : {event.name, event.description, event.url, event.license, event.default_branch, event.request,
                           event.commit_date}) {
    EXPECT_EQ(text, "");
  }
  EXPECT_TRUE(event.foreign) << "a request whose origin is unclear";
  EXPECT_EQ(parse_github_event(R"({"pull_request": {"number": 18446744073709551615}})").request,
            "18446744073709551615");
}

}  // namespace
}  // namespace polyarch::ci
