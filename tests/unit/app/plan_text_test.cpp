#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/plan.hpp"
#include "unit/app/sample.hpp"

namespace polyarch::app {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::push_options;
using testing::sample_facts;

Plan sample_plan() {
  auto options = push_options({"r.example/app:1", "linux/arm64:r.example/arm:1"});
  options.tests = {"app --version"};
  options.test_targets = {"linux/arm64:check"};
  options.optional_platforms = {"linux/riscv64"};
  options.annotations = {"index:a=1"};
  return make_plan(options, sample_facts({"linux/amd64,linux/arm64,linux/riscv64"}));
}

TEST(PlanTable, SaysWhatWillBeDone) {
  const auto table = plan_table(sample_plan(), false);
  for (const auto* const text :
       {"run-1", "src/Dockerfile", "register QEMU for linux/riscv64", "read and write", "by the builder",
        "as one index", "r.example/app, r.example/arm", "r.example/app:cache-linux-amd64-topic", "stage check"}) {
    EXPECT_THAT(table, HasSubstr(text));
  }
  EXPECT_THAT(table, ContainsRegex("linux/amd64 +native +a new builder \\(docker-container\\) +app --version"));
  EXPECT_THAT(table, ContainsRegex("linux/riscv64 +emulated .*\\(optional\\)"));
  EXPECT_THAT(table, Not(HasSubstr("\x1b")));
  EXPECT_THAT(plan_table(sample_plan(), true), HasSubstr("\x1b[1m"));
}

TEST(PlanTable, SaysWhatWillNotBeDone) {
  const auto table = plan_table(make_plan({}, sample_facts({"linux/amd64"})), false);
  EXPECT_THAT(table, ContainsRegex("pushes +nothing"));
  EXPECT_THAT(table, ContainsRegex("tags +none"));
  EXPECT_THAT(table, ContainsRegex("cache +off"));
  EXPECT_THAT(table, HasSubstr("warning: the image stays in the build cache"));
  EXPECT_THAT(table, Not(HasSubstr("emulators")));
}

TEST(PlanJson, KeepsItsSchema) {
  const auto json = plan_json(sample_plan());
  std::vector<std::string> keys;
  for (const auto& [key, value] : json.items()) keys.push_back(key);
  EXPECT_THAT(keys, ::testing::ElementsAre("annotations", "builders", "cache", "cache_mounts", "context", "dockerfile",
                                           "emulators", "exports", "index", "legs", "load", "names", "push", "run",
                                           "schema", "solves", "tags", "warnings"));
  EXPECT_EQ(json["schema"], "polyarch.plan/v1");
  EXPECT_EQ(json["run"], "run-1");
  EXPECT_EQ(json["push"], "builder");
  EXPECT_EQ(json["index"], true);
  EXPECT_EQ(json["tags"], Json({"r.example/app:1"}));
  EXPECT_EQ(json["emulators"], Json({"linux/riscv64"}));
  EXPECT_EQ(json["annotations"]["index"], (Json{{"a", "1"}}));
  EXPECT_EQ(json["cache"]["to"].size(), 3U);
}

TEST(PlanJson, ShowsLegsBuildersAndSolves) {
  const auto json = plan_json(sample_plan());
  EXPECT_EQ(json["builders"],
            Json::array({{{"name", "a new builder"}, {"driver", "docker-container"}, {"created", true}}}));
  EXPECT_EQ(json["legs"][1], (Json{{"platform", "linux/arm64"},
                                   {"optional", false},
                                   {"emulated", true},
                                   {"builder", 0},
                                   {"tests", {"app --version"}},
                                   {"test_targets", {"check"}},
                                   {"tags", {"r.example/arm:1"}}}));
  ASSERT_EQ(json["solves"].size(), 2U);
  EXPECT_EQ(json["solves"][0]["platforms"], Json({"linux/amd64", "linux/arm64"}));
  EXPECT_EQ(json["solves"][0]["argv"][0], "build");
}

TEST(PlanJson, ShowsNoSecret) {
  auto options = push_options();
  options.secret_values = {"id=hunter2"};
  options.git_token = "gt0ken";
  options.registry_auths = {"r.example=user:pa55"};
  const auto text = plan_json(make_plan(options, sample_facts({"linux/amd64"}))).dump();
  for (const auto* const secret : {"hunter2", "gt0ken", "pa55"}) EXPECT_THAT(text, Not(HasSubstr(secret)));
}

}  // namespace
}  // namespace polyarch::app
