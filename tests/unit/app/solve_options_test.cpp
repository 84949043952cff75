#include "app/solve_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "unit/app/sample.hpp"

namespace polyarch::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::platform;
using testing::sample_facts;

const auto facts = sample_facts({"linux/amd64,linux/arm64"});

buildkit::Solve solve(const spec::BuildOptions& options, const char* name = "linux/amd64") {
  return solve_options(options, facts, platform(name));
}

TEST(SolveOptions, HoldTheValuesOfTheirPlatform) {
  spec::BuildOptions options;
  options.build_args = {"A=1", "linux/arm64:A=2"};
  options.labels = {"linux/amd64:l=1"};
  options.secrets = {"id=a", "linux/arm64:id=b"};
  EXPECT_THAT(solve(options).build_args, ElementsAre("A=1"));
  EXPECT_THAT(solve(options, "linux/arm64").build_args, ElementsAre("A=1", "A=2"));
  EXPECT_THAT(solve(options).labels, ElementsAre("l=1"));
  EXPECT_THAT(solve(options, "linux/arm64").labels, IsEmpty());
  EXPECT_THAT(solve(options, "linux/arm64").secrets, ElementsAre("id=a", "id=b"));
}

TEST(SolveOptions, PassOnWhatTheBuilderUnderstands) {
  spec::BuildOptions options;
  options.context = "src";
  options.target = "final";
  options.ssh = {"default"};
  options.cache_from = {"type=gha"};
  options.provenance = "mode=max";
  options.network = "none";
  options.no_cache = true;
  const auto found = solve(options);
  EXPECT_EQ(found.context, "src");
  EXPECT_EQ(found.dockerfile, "src/Dockerfile");
  EXPECT_EQ(found.target, "final");
  EXPECT_THAT(found.ssh, ElementsAre("default"));
  EXPECT_THAT(found.cache_from, ElementsAre("type=gha"));
  EXPECT_EQ(found.provenance, "mode=max");
  EXPECT_EQ(found.network, "none");
  EXPECT_TRUE(found.no_cache);
  EXPECT_FALSE(found.pull);
  EXPECT_THAT(found.outputs, IsEmpty());
}

TEST(SolveOptions, GiveSecretsByNameAlone) {
  spec::BuildOptions options;
  options.secret_envs = {"npm=NPM_TOKEN"};
  options.secret_files = {"key=/run/key=1"};
  options.secret_values = {"a=hunter2", "b=x=y"};
  options.git_token = "gt0ken";
  EXPECT_EQ(solve(options).secrets.size(), 4U) << "a directory is built: the token has no use";
  options.build_contexts = {"lib=https://git.example/lib.git"};
  const auto found = solve(options).secrets;
  const auto environment = solve_environment(options);
  ASSERT_EQ(found.size(), 5U);
  EXPECT_EQ(found[0], "id=npm,env=NPM_TOKEN");
  EXPECT_EQ(found[1], "id=key,src=/run/key=1");
  const auto value_of = [&](const std::string& secret) {
    return environment.at(secret.substr(secret.find("env=") + 4));
  };
  EXPECT_EQ(value_of(found[2]), "hunter2");
  EXPECT_EQ(value_of(found[3]), "x=y");
  EXPECT_EQ(value_of(found[4]), "gt0ken");
  EXPECT_THAT(found[4], HasSubstr("id=GIT_AUTH_TOKEN"));
  for (const auto& secret : found) {
    for (const auto* const value : {"hunter2", "x=y", "gt0ken"}) EXPECT_THAT(secret, Not(HasSubstr(value)));
  }
}

TEST(SolveOptions, ShowNoSecretThatIsMalformed) {
  spec::BuildOptions options;
  options.secret_values = {"hunter2"};
  for (const bool environment : {true, false}) {
    try {
      environment ? static_cast<void>(solve_environment(options)) : static_cast<void>(solve(options));
      ADD_FAILURE() << "nothing failed";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      EXPECT_THAT(error.message() + error.hint(), Not(HasSubstr("hunter2")));
    }
  }
  options.secret_values.clear();
  options.secret_envs = {"=NAME"};
  EXPECT_THROW(solve(options), Error);
}

TEST(SolveEnvironment, IsEmptyWithoutSecrets) {
  EXPECT_THAT(solve_environment({}), IsEmpty());
}

}  // namespace
}  // namespace polyarch::app
