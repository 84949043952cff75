#include "verify/test_image.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"

namespace polyarch::verify {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const auto arm64 = oci::Platform::parse("linux/arm64");
const auto amd64 = oci::Platform::parse("linux/amd64");

// A build that uses everything that a test may inherit or must not.
buildkit::Solve build() {
  buildkit::Solve solve;
  solve.builder = "node";
  solve.platforms = {amd64, arm64};
  solve.context = "src";
  solve.dockerfile = "src/Dockerfile";
  solve.target = "final";
  solve.outputs = {"type=image,push=true"};
  solve.build_args = {"A=1"};
  solve.build_contexts = {"base=docker-image://r.example/base"};
  solve.secrets = {"id=token,env=TOKEN"};
  solve.annotations = {"a=b"};
  solve.no_cache_filters = {"other"};
  solve.add_hosts = {"db:10.0.0.1"};
  solve.ulimits = {"nofile=1024"};
  solve.allow = {"network.host"};
  solve.attests = {"type=sbom"};
  solve.cache_from = {"type=registry,ref=r.example/cache"};
  solve.cache_to = {"type=registry,ref=r.example/cache"};
  solve.tags = {"r.example/app:1"};
  solve.provenance = "mode=max";
  solve.sbom = "true";
  solve.network = "host";
  solve.shm_size = "1g";
  solve.no_cache = true;
  solve.pull = true;
  solve.load = true;
  return solve;
}

void expect_leaves_nothing_behind(const buildkit::Solve& solve) {
  EXPECT_THAT(solve.outputs, ElementsAre("type=cacheonly"));
  EXPECT_THAT(solve.tags, IsEmpty());
  EXPECT_THAT(solve.cache_to, IsEmpty());
  EXPECT_THAT(solve.annotations, IsEmpty());
  EXPECT_THAT(solve.attests, IsEmpty());
  EXPECT_EQ(solve.provenance, "false");
  EXPECT_EQ(solve.sbom, "");
  EXPECT_FALSE(solve.load);
}

TEST(TestDockerfile, RunsTheCommandInTheImage) {
  EXPECT_EQ(test_dockerfile("app --version | grep 1.2"), "FROM polyarch-image\nRUN app --version | grep 1.2\n");
  EXPECT_EQ(test_dockerfile(R"(["/app","--version"])"), "FROM polyarch-image\nRUN [\"/app\",\"--version\"]\n");
}

TEST(TestDockerfile, RefusesWhatIsNoCommand) {
  for (const std::string command : {"", "  \t", "a\nb", "a\rb", "a\nUSER root"}) {
    try {
      test_dockerfile(command);
      FAIL() << command;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      EXPECT_FALSE(error.hint().empty());
    }
  }
}

TEST(CommandTest, RunsAnewInTheImageThatWasBuilt) {
  const auto solve = command_test(build(), {"oci-layout:///x@sha256:1", arm64}, "/tests");
  EXPECT_EQ(solve.builder, "node");
  EXPECT_THAT(solve.platforms, ElementsAre(arm64));
  EXPECT_EQ(solve.context, "/tests");
  EXPECT_EQ(solve.dockerfile, "");
  EXPECT_EQ(solve.target, "");
  EXPECT_THAT(solve.build_contexts, ElementsAre("polyarch-image=oci-layout:///x@sha256:1"));
  EXPECT_TRUE(solve.no_cache);
  EXPECT_FALSE(solve.pull);
  expect_leaves_nothing_behind(solve);
}

TEST(CommandTest, RunsAsTheStepsOfTheBuildDo) {
  const auto solve = command_test(build(), {"oci-layout:///x@sha256:1", arm64}, "/tests");
  EXPECT_EQ(solve.network, "host");
  EXPECT_THAT(solve.allow, ElementsAre("network.host"));
  EXPECT_THAT(solve.add_hosts, ElementsAre("db:10.0.0.1"));
  EXPECT_THAT(solve.ulimits, ElementsAre("nofile=1024"));
  EXPECT_EQ(solve.shm_size, "1g");
}

TEST(StageTest, BuildsTheStageOfOnePlatformWithTheArgumentsOfTheBuild) {
  const auto solve = stage_test(build(), arm64, "check");
  EXPECT_THAT(solve.platforms, ElementsAre(arm64));
  EXPECT_EQ(solve.target, "check");
  EXPECT_EQ(solve.context, "src");
  EXPECT_EQ(solve.dockerfile, "src/Dockerfile");
  EXPECT_THAT(solve.build_args, ElementsAre("A=1"));
  EXPECT_THAT(solve.secrets, ElementsAre("id=token,env=TOKEN"));
  EXPECT_EQ(solve.cache_from, build().cache_from);
  expect_leaves_nothing_behind(solve);
}

TEST(StageTest, RunsAnewOnWhatWasBuilt) {
  const auto solve = stage_test(build(), arm64, "check");
  EXPECT_THAT(solve.no_cache_filters, ElementsAre("check"));
  EXPECT_FALSE(solve.no_cache);
  EXPECT_FALSE(solve.pull);
}

}  // namespace
}  // namespace polyarch::verify
