// One job, a job a platform, and what goes wrong, by the template for GitLab.
#include "ci/gitlab.hpp"

namespace polyarch::ci_clients {
namespace {

TEST_F(Gitlab, OneJobPublishesWhatTheEngineMakesOfTheSameInputs) {
  copy_template("ci/polyarch.yml");
  pipeline(local(), inputs());
  ArgumentsWatch watch;
  const auto result = run_pipeline(variables());
  EXPECT_THAT(watch.end(), IsEmpty());
  EXPECT_GT(watch.looks(), 10U);
  ASSERT_TRUE(result.ok()) << shown(result);
  const auto digest = digest_of(tag());
  EXPECT_EQ(digest, expected_digest());
  EXPECT_THAT(result.out, HasSubstr("image is " + tag() + "@" + digest));
  EXPECT_THAT(result.out, HasSubstr("linux/arm64  ✓ passed"));
  EXPECT_THAT(result.out + result.err, HasSubstr("json schema validated")) << "GitLab's own";
  const auto report = project() / "polyarch-report";
  EXPECT_EQ(e2e::read_json(report / "report.json").at("digest"), digest);
  EXPECT_TRUE(fs::exists(report / "junit.xml"));

  expect_no_canary(result);
}

TEST_F(Gitlab, FetchesAnEngineWhereNoneIs) {
  copy_template("ci/polyarch.yml");
  auto given = inputs();
  given["release-url"] = release();
  pipeline(local(), given);
  const auto result = run_pipeline(variables(), {{"XDG_CACHE_HOME", path("cache").string()}});
  ASSERT_TRUE(result.ok()) << shown(result);
  EXPECT_THAT(result.out, HasSubstr("image is " + tag() + "@" + digest_of(tag())));
  EXPECT_FALSE(fs::is_empty(path("cache/polyarch")));
}

TEST_F(Gitlab, AMatrixOfTheComponentPublishesTheSame) {
  copy_template("templates/polyarch.yml");
  auto given = inputs();
  given["mode"] = "matrix";
  given["matrix"] = {{{"PLATFORM", "linux/amd64"}, {"RUNNER", "intel"}},
                     {{"PLATFORM", "linux/arm64"}, {"RUNNER", "arm"}}};
  pipeline(component(), given);
  const auto result = run_pipeline(variables());
  ASSERT_TRUE(result.ok()) << shown(result);
  const auto digest = digest_of(tag());
  EXPECT_EQ(digest, expected_digest());
  EXPECT_THAT(result.out, HasSubstr("image is " + tag() + "@" + digest));
}

TEST_F(Gitlab, WhatFailsIsRedAndSaysWhy) {
  copy_template("ci/polyarch.yml");
  const auto before = occupy_tag();
  ArgumentsWatch watch;
  for (const auto& red : red_cases()) {
    auto given = inputs();
    given.update(red.inputs);
    if (given.contains("context")) given["context"] = "$SOURCES";
    pipeline(local(), given);
    fs::remove_all(project() / "polyarch-report");
    auto known = variables(red.wrong_password ? "wrong" : login_canary);
    known.update(Json(red.variables));
    const auto result = run_pipeline(known);
    expect_red(red, result, project() / "polyarch-report", before);
    expect_no_canary(result);
  }
  EXPECT_THAT(watch.end(), IsEmpty());
}

}  // namespace
}  // namespace polyarch::ci_clients
