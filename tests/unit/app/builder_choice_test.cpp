#include "app/builder_choice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "unit/app/sample.hpp"

namespace polyarch::app {
namespace {

using testing::container_builder;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using testing::platform;
using testing::push_options;
using testing::sample_facts;
using ::testing::SizeIs;

BuilderChoice choose(const spec::BuildOptions& options, const Facts& facts) {
  return choose_builders(options, facts, push_targets(options, facts.platforms));
}

ErrorKind failure(const spec::BuildOptions& options, const Facts& facts) {
  try {
    choose(options, facts);
  } catch (const Error& error) {
    EXPECT_FALSE(error.hint().empty()) << error.message();
    return error.kind();
  }
  ADD_FAILURE() << "nothing failed";
  return ErrorKind::failed;
}

TEST(BuilderChoice, TakesTheCurrentBuilderWhenItCanDoTheJob) {
  auto facts = sample_facts({"linux/amd64"});
  const auto choice = choose({}, facts);
  ASSERT_THAT(choice.builders, SizeIs(1));
  EXPECT_EQ(choice.builders[0].name, "default");
  EXPECT_FALSE(choice.builders[0].create);
  facts = sample_facts({"linux/amd64,linux/arm64"});
  facts.builders[""] = container_builder("mine");
  facts.builders[""].nodes = {{.name = "mine0"}};
  const auto mine = choose(push_options(), facts).builders.at(0);
  EXPECT_EQ(mine.name, "mine");
  ASSERT_THAT(mine.nodes, SizeIs(1));
  EXPECT_EQ(mine.nodes[0].name, "mine0");
}

TEST(BuilderChoice, MakesOneWhenTheEngineCannot) {
  auto tests = spec::BuildOptions{};
  tests.tests = {"true"};
  const std::vector<std::pair<spec::BuildOptions, Facts>> cases{
      {{}, sample_facts({"linux/amd64,linux/arm64"})},
      {push_options(), sample_facts({"linux/amd64"})},
      {tests, sample_facts({"linux/amd64"})},
  };
  for (auto [options, facts] : cases) {
    const auto choice = choose(options, facts);
    ASSERT_THAT(choice.builders, SizeIs(1));
    EXPECT_TRUE(choice.builders[0].create);
    EXPECT_EQ(choice.builders[0].driver, "docker-container");
    facts.containerd_store = true;
    EXPECT_EQ(choose(options, facts).builders.at(0).name, "default");
  }
}

TEST(BuilderChoice, MakesOneWhenThereIsNone) {
  auto facts = sample_facts({"linux/amd64"});
  facts.builders.clear();
  EXPECT_TRUE(choose({}, facts).builders.at(0).create);
}

TEST(BuilderChoice, FollowsTheDriver) {
  auto facts = sample_facts({"linux/amd64"});
  spec::BuildOptions options;
  options.driver = "docker-container";
  options.driver_options = {"image=r.example/buildkit:1", "env.A=B=C"};
  options.buildkitd_config = "buildkitd.toml";
  options.buildkitd_flags = {"--debug"};
  const auto made = choose(options, facts).builders.at(0).create;
  ASSERT_TRUE(made);
  EXPECT_EQ(made->driver_options,
            (std::map<std::string, std::string>{{"image", "r.example/buildkit:1"}, {"env.A", "B=C"}}));
  EXPECT_EQ(made->buildkitd_config, "buildkitd.toml");
  EXPECT_EQ(made->buildkitd_flags, options.buildkitd_flags);
  options.driver = "docker";
  EXPECT_EQ(choose(options, facts).builders.at(0).name, "default");
}

TEST(BuilderChoice, RefusesADriverThatCannotDoIt) {
  auto options = push_options();
  options.driver = "docker";
  EXPECT_EQ(failure(options, sample_facts({"linux/amd64"})), ErrorKind::builder);
  auto facts = sample_facts({"linux/amd64"});
  facts.builders[""] = container_builder("mine");
  EXPECT_EQ(failure(options, facts), ErrorKind::builder);
  options.driver = "docker-container";
  options.driver_options = {"image"};
  EXPECT_EQ(failure(options, facts), ErrorKind::usage);
}

TEST(BuilderChoice, GivesAPlatformItsOwnBuilder) {
  auto facts = sample_facts({"linux/amd64,linux/arm64,linux/riscv64"});
  facts.builders = {{"common", container_builder("common")}, {"arm", container_builder("arm")}};
  spec::BuildOptions options;
  options.builders = {"common", "linux/arm64:arm"};
  const auto choice = choose(options, facts);
  ASSERT_THAT(choice.builders, SizeIs(2));
  EXPECT_EQ(choice.builders[choice.assignment.at(platform("linux/arm64"))].name, "arm");
  EXPECT_EQ(choice.builders[choice.assignment.at(platform("linux/amd64"))].name, "common");
  EXPECT_EQ(choice.assignment.at(platform("linux/riscv64")), choice.assignment.at(platform("linux/amd64")));
}

TEST(BuilderChoice, AttachesToAddresses) {
  auto facts = sample_facts({"linux/amd64,linux/arm64"});
  spec::BuildOptions options;
  options.builders = {"linux/arm64:tcp://arm:1234", "linux/amd64:unix:///run/buildkit.sock"};
  const auto choice = choose(options, facts);
  const auto& remote = choice.builders[choice.assignment.at(platform("linux/arm64"))];
  EXPECT_EQ(remote.create.value().endpoint, "tcp://arm:1234");
  EXPECT_EQ(remote.create->driver, "remote");
  EXPECT_FALSE(remote.local);
  EXPECT_TRUE(runs_natively(remote, facts, platform("linux/arm64")));
  EXPECT_TRUE(choice.builders[choice.assignment.at(platform("linux/amd64"))].local);
}

TEST(BuilderChoice, GivesEachKindOfBuilderItsOptions) {
  auto facts = sample_facts({"linux/amd64,linux/arm64"});
  spec::BuildOptions options;
  options.driver = "docker-container";
  options.builders = {"linux/arm64:tcp://arm:1234"};
  options.driver_options = {"cacert=/certs/ca.pem", "cert=/certs/cert.pem", "key=/certs/key.pem", "image=r.example/b"};
  const auto choice = choose(options, facts);
  const auto given = [&](const char* name) {
    return choice.builders[choice.assignment.at(platform(name))].create.value().driver_options;
  };
  EXPECT_THAT(given("linux/arm64"), ElementsAre(Pair("cacert", "/certs/ca.pem"), Pair("cert", "/certs/cert.pem"),
                                                Pair("key", "/certs/key.pem")));
  EXPECT_THAT(given("linux/amd64"), ElementsAre(Pair("image", "r.example/b")));
}

TEST(BuilderChoice, KnowsWhoseKernelRunsTheSteps) {
  auto facts = sample_facts({"linux/amd64,linux/arm64"});
  const auto own = choose({}, facts).builders.at(0);
  EXPECT_TRUE(own.local);
  EXPECT_TRUE(runs_natively(own, facts, platform("linux/amd64")));
  EXPECT_FALSE(runs_natively(own, facts, platform("linux/arm64")));
  facts.local_engine = false;
  EXPECT_FALSE(choose({}, facts).builders.at(0).local) << "made on the Engine of another machine";
  facts.builders[""] = container_builder("mine");
  EXPECT_FALSE(choose({}, facts).builders.at(0).local);
  facts.local_engine = true;
  facts.builders[""].driver = "kubernetes";
  EXPECT_FALSE(choose({}, facts).builders.at(0).local);
}

TEST(BuilderChoice, LetsItsContainerPullFromLoopback) {
  using Change = std::function<void(spec::BuildOptions&, Facts&)>;
  const std::vector<std::pair<Change, bool>> cases{
      {[](auto& o, auto&) { o.cache = "127.0.0.1:5000/cache"; }, true},
      {[](auto& o, auto&) { o.cache_from = {"type=registry,ref=localhost:5000/c:1,x=y"}; }, true},
      {[](auto& o, auto&) { o.cache_to = {"[::1]:5000/c:1"}; }, true},
      {[](auto&, auto& f) { f.base_images["127.0.0.1:5000/base:1"] = {}; }, true},
      {[](auto& o, auto&) { o.cache_from = {"type=local,src=localhost"}; }, false},
      {[](auto&, auto& f) { f.base_images["r.example/base:1"] = {}; }, false},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    auto facts = sample_facts({"linux/amd64"});
    auto options = push_options({"r.example/app:1"});
    cases[i].first(options, facts);
    EXPECT_EQ(choose(options, facts).builders.at(0).create.value().driver_options.contains("network"), cases[i].second)
        << "case " << i;
  }
}

TEST(BuilderChoice, AsksAFarBuilderWhatItEmulates) {
  auto facts = sample_facts({"linux/amd64,linux/arm64"});
  facts.builders["farm"] = {
      .name = "farm", .driver = "remote", .nodes = {{.platforms = oci::parse_platforms({"linux/arm64,linux/amd64"})}}};
  spec::BuildOptions options;
  options.builders = {"farm"};
  const auto farm = choose(options, facts).builders.at(0);
  EXPECT_TRUE(runs_natively(farm, facts, platform("linux/arm64")));
  EXPECT_FALSE(runs_natively(farm, facts, platform("linux/amd64"))) << "what this machine is does not matter there";
}

TEST(BuilderChoice, RefusesANamedBuilderThatCannotDoIt) {
  auto facts = sample_facts({"linux/amd64,linux/arm64"});
  facts.builders = {{"default", {.name = "default", .driver = "docker"}}};
  auto options = push_options();
  options.builders = {"default"};
  EXPECT_EQ(failure(options, facts), ErrorKind::builder);
  facts.containerd_store = true;
  EXPECT_EQ(choose(options, facts).builders.at(0).name, "default");
}

TEST(BuilderChoice, LetsItsContainerSeeARegistryOnLoopback) {
  const auto facts = sample_facts({"linux/amd64"});
  const auto options_for = [&](const std::string& tag) {
    return choose(push_options({tag}), facts).builders.at(0).create.value().driver_options;
  };
  using Map = std::map<std::string, std::string>;
  EXPECT_EQ(options_for("localhost:5000/app:1"), (Map{{"network", "host"}}));
  EXPECT_EQ(options_for("127.0.0.1:5000/app:1"), (Map{{"network", "host"}}));
  EXPECT_THAT(options_for("r.example/app:1"), IsEmpty());
  EXPECT_THAT(options_for("localhost-mirror.example/app:1"), IsEmpty());
  auto options = push_options({"localhost:5000/app:1"});
  options.driver_options = {"network=ci"};
  EXPECT_EQ(choose(options, facts).builders.at(0).create.value().driver_options, (Map{{"network", "ci"}}));
}

TEST(BuilderChoice, KnowsTheRegistriesThatWereDeclaredInsecure) {
  spec::BuildOptions options;
  options.insecure_registries = {"r.example:5000"};
  EXPECT_TRUE(is_insecure(options, "r.example:5000"));
  EXPECT_FALSE(is_insecure(options, "r.example"));
}

}  // namespace
}  // namespace polyarch::app
