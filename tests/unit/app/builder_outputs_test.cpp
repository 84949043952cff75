#include "app/builder_outputs.hpp"

#include <gmock/gmock.h>

namespace polyarch::app {
namespace {

using ::testing::Pair;
using ::testing::UnorderedElementsAre;

buildkit::Node one_node(const std::string& name, const std::vector<std::string>& platforms) {
  return {.name = name,
          .endpoint = "tcp://" + name,
          .status = "running",
          .version = "v0.15.1",
          .error = "",
          .platforms = oci::parse_platforms(platforms)};
}

TEST(BuilderOutputs, AreThoseOfSetupBuildxAction) {
  const buildkit::Builder used{
      .name = "mine", .driver = "remote", .nodes = {one_node("a", {"linux/amd64,linux/arm/v7"})}};
  EXPECT_THAT(builder_outputs({used}),
              UnorderedElementsAre(Pair("name", "mine"), Pair("driver", "remote"),
                                   Pair("platforms", "linux/amd64,linux/arm/v7"),
                                   Pair("nodes", R"([{"buildkit":"v0.15.1","endpoint":"tcp://a","name":"a",)"
                                                 R"("platforms":"linux/amd64,linux/arm/v7","status":"running"}])"),
                                   Pair("endpoint", "tcp://a"), Pair("status", "running"), Pair("flags", "")));
}

// What buildx 0.36 prints of a builder that was there before the run.
constexpr std::string_view inspected = R"(Name:          mine
Driver:        docker-container
Last Activity: 2026-11-23 09:45:58 +0000 UTC

Nodes:
Name:                  mine0
Endpoint:              unix:///var/run/docker.sock
Driver Options:        image="r.example/buildkit" network="host"
Status:                running
BuildKit daemon flags: --debug --allow-insecure-entitlement=network.host
BuildKit version:      v0.32.2
Platforms:             linux/amd64*, linux/386
Labels:
 org.mobyproject.buildkit.worker.executor: oci
)";

TEST(BuilderOutputs, TellWhatTheDaemonWasStartedWith) {
  const auto outputs = builder_outputs({buildkit::parse_inspect(inspected)});
  EXPECT_THAT(outputs, ::testing::Contains(Pair("flags", "--debug --allow-insecure-entitlement=network.host")));
  EXPECT_THAT(
      outputs,
      ::testing::Contains(Pair(
          "nodes", R"([{"buildkit":"v0.32.2","buildkitd-flags":"--debug --allow-insecure-entitlement=network.host",)"
                   R"("driver-opts":["image=r.example/buildkit","network=host"],)"
                   R"("endpoint":"unix:///var/run/docker.sock","name":"mine0",)"
                   R"("platforms":"linux/amd64,linux/386","status":"running"}])")));
}

TEST(BuilderOutputs, SeveralBuildersAreNodesOfOne) {
  const auto outputs = builder_outputs({{.name = "first", .nodes = {one_node("a", {"linux/amd64,linux/386"})}},
                                        {.name = "other", .nodes = {one_node("b", {"linux/arm64,linux/386"})}}});
  EXPECT_THAT(outputs, ::testing::Contains(Pair("name", "first")));
  EXPECT_THAT(outputs, ::testing::Contains(Pair("endpoint", "tcp://a")));
  EXPECT_THAT(outputs, ::testing::Contains(Pair("platforms", "linux/amd64,linux/386,linux/arm64")));
  EXPECT_THAT(outputs, ::testing::Contains(Pair("nodes", ::testing::HasSubstr(R"("name":"b")"))));
}

TEST(BuilderOutputs, AreEmptyWhereNothingIsKnown) {
  EXPECT_THAT(builder_outputs({}), ::testing::IsEmpty());
  EXPECT_THAT(builder_outputs({{.name = "mine", .error = "", .nodes = {}}}),
              ::testing::IsSupersetOf({Pair("nodes", "[]"), Pair("platforms", ""), Pair("status", "")}));
}

}  // namespace
}  // namespace polyarch::app
