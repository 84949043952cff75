#include "app/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "unit/app/sample.hpp"

namespace polyarch::app {
namespace {

using testing::container_builder;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::platform;
using testing::push_options;
using testing::sample_facts;
using ::testing::SizeIs;

std::vector<std::string> names_of(const std::vector<oci::Platform>& platforms) {
  std::vector<std::string> out;
  for (const auto& one : platforms) out.push_back(one.str());
  return out;
}

// The platforms of each solve.
std::vector<std::vector<std::string>> groups(const Plan& plan) {
  std::vector<std::vector<std::string>> out;
  for (const auto& solve : plan.solves) out.push_back(names_of(solve.platforms));
  return out;
}

const LegPlan& leg(const Plan& plan, const char* name) {
  return *std::ranges::find(plan.legs, platform(name), &LegPlan::platform);
}

std::string plan_failure(const spec::BuildOptions& options, const Facts& facts) {
  try {
    make_plan(options, facts);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage) << error.message();
    EXPECT_FALSE(error.hint().empty()) << error.message();
    return error.message();
  }
  return "nothing failed";
}

const auto two = sample_facts({"linux/amd64,linux/arm64"});
const auto three = sample_facts({"linux/amd64,linux/arm64,linux/riscv64"});

using Groups = std::vector<std::vector<std::string>>;

TEST(Plan, SolvesPlatformsTogetherWhenNothingTellsThemApart) {
  EXPECT_EQ(groups(make_plan({}, three)), (Groups{{"linux/amd64", "linux/arm64", "linux/riscv64"}}));
}

TEST(Plan, GroupsSolvesByWhatTheyAreGiven) {
  spec::BuildOptions options;
  options.build_args = {"A=1", "linux/arm64:A=2"};
  const auto plan = make_plan(options, three);
  EXPECT_EQ(groups(plan), (Groups{{"linux/amd64", "linux/riscv64"}, {"linux/arm64"}}));
  EXPECT_THAT(plan.solves[0].solve.build_args, ElementsAre("A=1"));
  EXPECT_THAT(plan.solves[1].solve.build_args, ElementsAre("A=1", "A=2"));
  options.build_args.clear();
  options.labels = {"linux/riscv64:l=1"};
  EXPECT_EQ(groups(make_plan(options, three)), (Groups{{"linux/amd64", "linux/arm64"}, {"linux/riscv64"}}));
  options.labels.clear();
  options.secrets = {"linux/amd64:id=s"};
  EXPECT_EQ(groups(make_plan(options, three)), (Groups{{"linux/amd64"}, {"linux/arm64", "linux/riscv64"}}));
}

TEST(Plan, GroupsSolvesByBuilder) {
  auto facts = three;
  facts.builders = {{"common", container_builder("common")}, {"arm", container_builder("arm")}};
  spec::BuildOptions options;
  options.builders = {"common", "linux/arm64:arm"};
  const auto plan = make_plan(options, facts);
  EXPECT_EQ(groups(plan), (Groups{{"linux/amd64", "linux/riscv64"}, {"linux/arm64"}}));
  EXPECT_EQ(plan.builders[plan.solves[1].builder].name, "arm");
}

TEST(Plan, IsolatesWhatMustNotCancelTheOthers) {
  spec::BuildOptions options;
  options.isolate = true;
  EXPECT_EQ(groups(make_plan(options, two)), (Groups{{"linux/amd64"}, {"linux/arm64"}}));
  options.isolate = false;
  options.optional_platforms = {"linux/amd64"};
  const auto plan = make_plan(options, three);
  EXPECT_EQ(groups(plan), (Groups{{"linux/amd64"}, {"linux/arm64", "linux/riscv64"}}));
  EXPECT_TRUE(leg(plan, "linux/amd64").optional);
  EXPECT_FALSE(leg(plan, "linux/arm64").optional);
}

TEST(Plan, RegistersEmulatorsThatALocalBuilderLacks) {
  const auto plan = make_plan({}, three);
  EXPECT_THAT(names_of(plan.emulators), ElementsAre("linux/riscv64"));
  EXPECT_FALSE(leg(plan, "linux/amd64").emulated);
  EXPECT_TRUE(leg(plan, "linux/arm64").emulated);
  EXPECT_TRUE(leg(plan, "linux/riscv64").emulated);
  EXPECT_THAT(make_plan({}, sample_facts({"linux/amd64,linux/386"})).emulators, IsEmpty());
}

TEST(Plan, RegistersNoEmulatorForAnotherMachineOrWhenToldNotTo) {
  spec::BuildOptions options;
  options.builders = {"linux/riscv64:tcp://riscv:1234"};
  const auto plan = make_plan(options, three);
  EXPECT_THAT(plan.emulators, IsEmpty());
  EXPECT_FALSE(leg(plan, "linux/riscv64").emulated);
  options.builders.clear();
  options.qemu = "off";
  EXPECT_THAT(make_plan(options, three).emulators, IsEmpty());
  options.qemu = "auto";
  auto facts = three;
  facts.local_engine = false;
  EXPECT_THAT(make_plan(options, facts).emulators, IsEmpty());
}

TEST(Plan, PushesByTheBuilderThatCan) {
  EXPECT_EQ(make_plan({}, two).push, PushWith::none);
  const auto plan = make_plan(push_options({"r.example/app:1", "other.example/app:1"}), two);
  EXPECT_EQ(plan.push, PushWith::builder);
  EXPECT_EQ(plan.staging, oci::Repository::parse("r.example/app"));
  EXPECT_FALSE(plan.needs_layout());
  auto options = push_options();
  options.push_with = "engine";
  EXPECT_EQ(make_plan(options, two).push, PushWith::engine);
  EXPECT_TRUE(make_plan(options, two).needs_layout());
}

TEST(Plan, PushesByTheEngineWhenADriverCannot) {
  auto facts = two;
  facts.containerd_store = true;
  EXPECT_EQ(make_plan(push_options(), facts).push, PushWith::engine);
  auto options = push_options();
  options.push_with = "builder";
  EXPECT_THAT(plan_failure(options, facts), HasSubstr("docker driver cannot push by digest"));
}

TEST(Plan, PublishesABareImageOnlyForOnePlatform) {
  const auto one = sample_facts({"linux/arm64"});
  EXPECT_FALSE(make_plan(push_options(), one).as_index);
  EXPECT_TRUE(make_plan(push_options(), two).as_index);
  for (const auto* const annotation : {"index:a=1", "manifest-descriptor:a=1"}) {
    auto options = push_options();
    options.annotations = {annotation};
    EXPECT_TRUE(make_plan(options, one).as_index) << annotation;
  }
  auto options = push_options();
  options.annotations = {"manifest:a=1"};
  EXPECT_FALSE(make_plan(options, one).as_index);
}

TEST(Plan, LeavesAnnotationsOfManifestsToTheBuilder) {
  auto options = push_options();
  options.annotations = {"a=1", "index:b=2", "manifest-descriptor:c=3"};
  options.isolate = true;
  const auto plan = make_plan(options, two);
  for (const auto& solve : plan.solves) EXPECT_THAT(solve.solve.annotations, ElementsAre("a=1"));
  EXPECT_EQ(plan.index_annotations, (oci::Annotations{{"b", "2"}}));
  EXPECT_EQ(plan.descriptor_annotations, (oci::Annotations{{"c", "3"}}));
}

TEST(Plan, GivesEachSolveTheCachesOfItsPlatforms) {
  auto options = push_options();
  options.isolate = true;
  options.cache_from = {"type=gha"};
  const auto plan = make_plan(options, two);
  ASSERT_THAT(plan.solves, SizeIs(2));
  EXPECT_THAT(plan.solves[0].solve.cache_from,
              ElementsAre("type=gha", "type=registry,ref=r.example/app:cache-linux-amd64-topic",
                          "type=registry,ref=r.example/app:cache-linux-amd64-main"));
  EXPECT_THAT(plan.solves[0].solve.cache_to, ElementsAre(HasSubstr("r.example/app:cache-linux-amd64-topic")));
  EXPECT_THAT(plan.solves[1].solve.cache_to, ElementsAre(HasSubstr("r.example/app:cache-linux-arm64-topic")));
  EXPECT_THAT(plan.cache.to, SizeIs(2));
}

TEST(Plan, KeepsTheCacheWhereItIsTold) {
  EXPECT_THAT(make_plan({}, two).cache.from, IsEmpty()) << "nothing is pushed: no repository";
  spec::BuildOptions options;
  options.cache = "r.example/cache";
  EXPECT_THAT(make_plan(options, two).cache.to, Each(HasSubstr("ref=r.example/cache:")));
  auto pushed = push_options();
  pushed.cache = "off";
  EXPECT_THAT(make_plan(pushed, two).solves.at(0).solve.cache_from, IsEmpty());
  auto facts = two;
  facts.cache_read_only = true;
  EXPECT_THAT(make_plan(push_options(), facts).solves.at(0).solve.cache_to, IsEmpty());
  EXPECT_THAT(make_plan(push_options(), facts).solves.at(0).solve.cache_from, SizeIs(4));
  options.cache = "r.example/cache:tag";
  EXPECT_NE(plan_failure(options, two), "nothing failed");
}

TEST(Plan, TestsEachPlatformWithItsOwn) {
  spec::BuildOptions options;
  options.tests = {"all", "linux/arm64:arm"};
  options.test_targets = {"linux/amd64:check"};
  const auto plan = make_plan(options, two);
  EXPECT_TRUE(plan.tested());
  EXPECT_TRUE(plan.needs_layout()) << "tested before it goes anywhere";
  EXPECT_THAT(leg(plan, "linux/arm64").tests, ElementsAre("all", "arm"));
  EXPECT_THAT(leg(plan, "linux/amd64").tests, ElementsAre("all"));
  EXPECT_THAT(leg(plan, "linux/amd64").test_targets, ElementsAre("check"));
  EXPECT_FALSE(make_plan({}, two).tested());
}

TEST(Plan, WarnsWhenTheImageGoesNowhere) {
  EXPECT_THAT(make_plan({}, two).warnings, SizeIs(1));
  EXPECT_THAT(make_plan(push_options(), two).warnings, IsEmpty());
  spec::BuildOptions options;
  options.load = true;
  EXPECT_THAT(make_plan(options, two).warnings, IsEmpty());
  options = {};
  options.call = "check";
  EXPECT_THAT(make_plan(options, two).warnings, IsEmpty());
}

TEST(Plan, RefusesWhatCannotBeHadTogether) {
  struct Case {
    void (*set)(spec::BuildOptions&);
    const char* problem;
  };
  using Options = spec::BuildOptions;
  const std::vector<Case> cases{
      {[](Options& o) { o.build_args = {"linux/s390x:A=1"}; }, "--build-arg linux/s390x"},
      {[](Options& o) { o.labels = {"linux/s390x:A=1"}; }, "--label linux/s390x"},
      {[](Options& o) { o.secrets = {"linux/s390x:id=a"}; }, "--secret linux/s390x"},
      {[](Options& o) { o.tests = {"linux/s390x:true"}; }, "--test linux/s390x"},
      {[](Options& o) { o.test_targets = {"linux/s390x:t"}; }, "--test-target linux/s390x"},
      {[](Options& o) { o.builders = {"linux/s390x:tcp://b"}; }, "--builder linux/s390x"},
      {[](Options& o) { o.tags = {"linux/s390x:r.example/a:1"}; }, "--tag linux/s390x"},
      {[](Options& o) { o.optional_platforms = {"linux/s390x"}; }, "linux/s390x is not built"},
      {[](Options& o) { o.optional_platforms = {"linux/amd64,linux/arm64"}; }, "every platform is optional"},
      {[](Options& o) { o.push = true; }, "--push needs a tag"},
      {[](Options& o) { o.load = true, o.isolate = true; }, "built apart"},
      {[](Options& o) { o.outputs = {"type=oci,dest=a"}, o.optional_platforms = {"linux/arm64"}; }, "built apart"},
      {[](Options& o) { o.annotations = {"a"}; }, "--annotation"},
      {[](Options& o) { o.call = "check", o.tests = {"true"}; }, "--call check"},
      {[](Options& o) { o.call = "check", o.push = true, o.tags = {"r.example/a:1"}; }, "--call check"},
  };
  for (const auto& item : cases) {
    Options options;
    item.set(options);
    EXPECT_THAT(plan_failure(options, two), HasSubstr(item.problem));
  }
}

TEST(StagingSolve, PushesByDigestAndMovesNoTag) {
  auto options = push_options();
  options.load = true;
  const auto plan = make_plan(options, two);
  const auto solve = staging_solve(plan, plan.solves[0], "node", "/layout");
  EXPECT_EQ(solve.builder, "node");
  EXPECT_THAT(names_of(solve.platforms), ElementsAre("linux/amd64", "linux/arm64"));
  EXPECT_THAT(solve.outputs,
              ElementsAre("type=image,name=r.example/app,push=true,push-by-digest=true,name-canonical=true"));
  EXPECT_THAT(solve.tags, IsEmpty());
  EXPECT_FALSE(solve.load);
  options.insecure_registries = {"r.example"};
  const auto insecure = make_plan(options, two);
  EXPECT_THAT(staging_solve(insecure, insecure.solves[0], "node", "").outputs,
              ElementsAre(::testing::EndsWith(",registry.insecure=true")));
}

TEST(StagingSolve, KeepsALayoutForTheEngineAndForTests) {
  auto pushed = push_options();
  pushed.push_with = "engine";
  spec::BuildOptions tested;
  tested.tests = {"true"};
  tested.outputs = {"type=oci,dest=a.tar"};
  tested.load = true;
  for (const auto& options : {pushed, tested}) {
    const auto plan = make_plan(options, two);
    const auto solve = staging_solve(plan, plan.solves[0], "node", "/layout");
    EXPECT_THAT(solve.outputs, ElementsAre("type=oci,tar=false,dest=/layout"));
    EXPECT_THAT(solve.tags, IsEmpty());
    EXPECT_FALSE(solve.load);
  }
}

TEST(StagingSolve, ExportsAtOnceWhatIsNeitherPushedNorTested) {
  spec::BuildOptions options;
  options.tags = {"app:1"};
  const auto nothing = make_plan(options, two);
  EXPECT_THAT(staging_solve(nothing, nothing.solves[0], "node", "").outputs, ElementsAre("type=cacheonly"));
  options.outputs = {"type=oci,dest=a.tar"};
  options.cache = "r.example/cache";
  const auto plan = make_plan(options, two);
  EXPECT_FALSE(plan.exports_later());
  const auto solve = staging_solve(plan, plan.solves[0], "node", "");
  EXPECT_THAT(solve.outputs, ElementsAre("type=oci,dest=a.tar"));
  EXPECT_THAT(solve.tags, ElementsAre("docker.io/library/app:1"));
  EXPECT_THAT(solve.cache_to, SizeIs(2));
  options.outputs.clear();
  options.call = "check";
  const auto question = make_plan(options, two);
  EXPECT_THAT(staging_solve(question, question.solves[0], "node", "").outputs, IsEmpty());
}

TEST(ExportSolve, FollowsThePublishedImage) {
  auto options = push_options({"r.example/app:1", "linux/arm64:r.example/app:1-arm"});
  options.outputs = {"type=local,dest=out,mode=max"};
  options.isolate = true;
  const auto plan = make_plan(options, two);
  EXPECT_TRUE(plan.exports_later());
  const auto first = export_solve(plan, plan.solves[0], "node");
  const auto second = export_solve(plan, plan.solves[1], "node");
  EXPECT_EQ(first.builder, "node");
  EXPECT_THAT(first.outputs, ElementsAre("type=local,dest=out/linux_amd64,mode=max"));
  EXPECT_THAT(second.outputs, ElementsAre("type=local,dest=out/linux_arm64,mode=max"));
  EXPECT_THAT(first.tags, ElementsAre("r.example/app:1"));
  EXPECT_THAT(second.tags, ElementsAre("r.example/app:1", "r.example/app:1-arm"));
  EXPECT_THAT(first.cache_to, IsEmpty()) << "written by the first solve";
  EXPECT_FALSE(make_plan(push_options(), two).exports_later());
}

TEST(ExportSolve, LeavesOneSolveToMakeTheDirectories) {
  auto options = push_options();
  options.load = true;
  options.outputs = {"type=local,dest=out"};
  const auto plan = make_plan(options, two);
  const auto both = export_solve(plan, plan.solves[0], "node");
  EXPECT_TRUE(both.load);
  EXPECT_THAT(both.outputs, ElementsAre("type=local,dest=out"));
}

}  // namespace
}  // namespace polyarch::app
