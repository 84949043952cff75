#include <gmock/gmock.h>

#include "app/plan.hpp"
#include "base/error.hpp"
#include "unit/app/sample.hpp"

namespace polyarch::app {
namespace {

using ::testing::ElementsAre;
using testing::platform;
using testing::push_options;
using testing::sample_facts;

// A job that builds `here` of a run for amd64 and arm64.
Facts facts_of_job(const char* here) {
  auto facts = sample_facts({"linux/amd64,linux/arm64"});
  facts.containerd_store = true;
  facts.platforms = {platform(here)};
  facts.host.run_id = "pipeline-7";
  facts.host.commit = "abc";
  facts.run_id = facts.host.run_id;
  facts.dockerfile = dockerfile::parse("FROM scratch AS other\nCOPY a /\n", "Dockerfile");
  return facts;
}

publish::RunPlan joint(const spec::BuildOptions& options, const Facts& facts) {
  return make_plan(options, facts).joint.value();
}

TEST(JointPlan, IsTheSameInEveryJob) {
  auto options = push_options({"r.example/app:1", "linux/arm64:r.example/app:1-arm64"});
  options.optional_platforms = {"linux/arm64"};
  options.annotations = {"index:a=b"};
  const auto first = joint(options, facts_of_job("linux/amd64"));
  options.driver = "docker-container";
  options.cache = "off";
  EXPECT_EQ(joint(options, facts_of_job("linux/arm64")), first) << "builder and cache may differ";
  EXPECT_THAT(first.platforms, ElementsAre(platform("linux/amd64"), platform("linux/arm64")));
  EXPECT_TRUE(first.as_index);
  EXPECT_EQ(first.own_tags.size(), 1U);
}

// Agents keep their workspaces in places of their own.
TEST(JointPlan, IsTheSameInEveryWorkspace) {
  const auto in = [](const std::string& workspace) {
    auto options = push_options();
    options.build_contexts = {"assets=" + workspace + "/assets", "base=docker-image://r.example/base:1"};
    options.outputs = {"type=image,push=true,compression=zstd", "type=local,dest=" + workspace + "/out"};
    return options;
  };
  const auto facts = facts_of_job("linux/amd64");
  const auto first = joint(in("/agent/a"), facts);
  EXPECT_EQ(joint(in("/agent/b"), facts), first);
  auto other = in("/agent/a");
  other.build_contexts[0] = "other=/agent/a/assets";
  EXPECT_NE(joint(other, facts), first);
  other = in("/agent/a");
  other.build_contexts[1] = "base=docker-image://r.example/base:2";
  EXPECT_NE(joint(other, facts), first);
  other = in("/agent/a");
  other.outputs[0] = "type=image,push=true";
  EXPECT_NE(joint(other, facts), first);
}

TEST(JointPlan, BuildsOnlyWhatIsBuiltHere) {
  const auto plan = make_plan(push_options(), facts_of_job("linux/arm64"));
  ASSERT_EQ(plan.legs.size(), 1U);
  EXPECT_EQ(plan.legs[0].platform, platform("linux/arm64"));
  EXPECT_TRUE(plan.as_index) << "it becomes a part of an index";
  EXPECT_FALSE(make_plan(push_options(), sample_facts({"linux/amd64,linux/arm64"})).joint);
}

TEST(JointPlan, DiffersWithWhatDecidesTheImage) {
  const auto facts = facts_of_job("linux/amd64");
  const auto first = joint(push_options(), facts);
  const auto differs = [&](auto change) {
    auto options = push_options();
    auto other = facts;
    change(options, other);
    return !(joint(options, other) == first);
  };
  EXPECT_FALSE(differs([](auto&, auto&) {}));
  EXPECT_TRUE(differs([](auto& o, auto&) { o.build_args = {"A=1"}; }));
  EXPECT_TRUE(differs([](auto& o, auto&) { o.target = "other"; }));
  EXPECT_TRUE(differs([](auto& o, auto&) { o.labels = {"a=b"}; }));
  EXPECT_TRUE(differs([](auto& o, auto&) { o.tags = {"r.example/app:2"}; }));
  EXPECT_TRUE(differs([](auto&, auto& f) { f.host.commit = "def"; }));
  EXPECT_TRUE(differs([](auto&, auto& f) { f.run_id = "pipeline-8"; }));
  EXPECT_TRUE(differs(
      [](auto&, auto& f) { f.dockerfile = dockerfile::parse("FROM scratch AS other\nCOPY b /\n", "Dockerfile"); }));
}

TEST(JointPlan, NeedsAPushAndAName) {
  const auto failure = [](const spec::BuildOptions& options, const Facts& facts) {
    try {
      make_plan(options, facts);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      return error.message();
    }
    return std::string("nothing failed");
  };
  EXPECT_NE(failure({}, facts_of_job("linux/amd64")).find("--only builds a part"), std::string::npos);
  auto nameless = facts_of_job("linux/amd64");
  nameless.host.run_id.clear();
  EXPECT_NE(failure(push_options(), nameless).find("a name that all jobs"), std::string::npos);
  auto named = push_options();
  named.run_id = "mine";
  EXPECT_EQ(failure(named, nameless), "nothing failed");
}

}  // namespace
}  // namespace polyarch::app
