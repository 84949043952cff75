#include <gtest/gtest.h>

#include "base/error.hpp"
#include "buildkit/builder.hpp"

namespace polyarch::buildkit {
namespace {

constexpr std::string_view two_nodes = R"(Name:          polyarch-farm
Driver:        docker-container
Last Activity: 2026-11-23 09:45:58 +0000 UTC

Nodes:
Name:                  polyarch-farm0
Endpoint:              unix:///var/run/docker.sock
Driver Options:        image="moby/buildkit:master" network="host"
Status:                running
BuildKit daemon flags: --allow-insecure-entitlement=network.host
BuildKit version:      v0.32.2
Platforms:             linux/amd64*, linux/amd64/v2*, linux/arm64/v8, linux/arm64, linux/weird/v1/x
Labels:
 org.mobyproject.buildkit.worker.executor: oci
 Name:                                     not-a-node
GC Policy rule#0:
 All:            false
 Keep Duration:  48h0m0s
File#buildkitd.toml:
 > Name: not-a-node

Name:     polyarch-farm1
Endpoint: tcp://farm.example:1234
Error:    rpc error: code = Unavailable desc = connection refused
)";

TEST(Inspect, ReadsEveryNode) {
  const auto builder = parse_inspect(two_nodes);
  EXPECT_EQ(builder.name, "polyarch-farm");
  EXPECT_EQ(builder.driver, "docker-container");
  EXPECT_TRUE(builder.ours);
  EXPECT_EQ(builder.error, "");
  ASSERT_EQ(builder.nodes.size(), 2U);
  const auto& first = builder.nodes[0];
  EXPECT_EQ(first.name, "polyarch-farm0");
  EXPECT_EQ(first.endpoint, "unix:///var/run/docker.sock");
  EXPECT_EQ(first.status, "running");
  EXPECT_EQ(first.version, "v0.32.2");
  EXPECT_EQ(first.daemon_flags, "--allow-insecure-entitlement=network.host");
  EXPECT_EQ(first.driver_options, (std::vector<std::string>{"image=moby/buildkit:master", "network=host"}));
  EXPECT_EQ(first.platforms, oci::parse_platforms({"linux/amd64,linux/amd64/v2,linux/arm64"}));
  const auto& second = builder.nodes[1];
  EXPECT_EQ(second.endpoint, "tcp://farm.example:1234");
  EXPECT_EQ(second.error, "rpc error: code = Unavailable desc = connection refused");
  EXPECT_TRUE(second.platforms.empty());
  EXPECT_EQ(second.daemon_flags, "");
  EXPECT_TRUE(second.driver_options.empty());
}

TEST(Inspect, ANodeEmulatesWhatItsMachineIsNot) {
  const auto emulated = [](const char* wanted, const std::vector<std::string>& nodes) {
    Builder builder;
    for (const auto& platforms : nodes) {
      builder.nodes.emplace_back();
      if (!platforms.empty()) builder.nodes.back().platforms = oci::parse_platforms({platforms});
    }
    return emulates(builder, oci::Platform::parse(wanted));
  };
  const std::string arm = "linux/arm64,linux/amd64,linux/arm/v7,linux/386";
  EXPECT_FALSE(emulated("linux/arm64", {arm}));
  EXPECT_FALSE(emulated("linux/arm/v7", {arm})) << "an arm64 machine runs it by itself";
  EXPECT_TRUE(emulated("linux/amd64", {arm}));
  EXPECT_TRUE(emulated("linux/386", {arm}));
  EXPECT_FALSE(emulated("linux/amd64", {arm, "linux/amd64,linux/386"})) << "its second node is one";
  EXPECT_FALSE(emulated("linux/386", {"linux/amd64"}));
  EXPECT_TRUE(emulated("linux/riscv64", {"linux/amd64/v3,linux/riscv64"}));
  EXPECT_FALSE(emulated("linux/riscv64", {""})) << "nothing is known";
  EXPECT_FALSE(emulated("linux/riscv64", {}));
}

TEST(Inspect, ReadsTheNamesOfOlderVersions) {
  const auto builder = parse_inspect(
      "Name:   default\nDriver: docker\n\nNodes:\nName:      default\nEndpoint:  default\nStatus:    running\n"
      "Flags:     --debug\nBuildkit:  20.10.24\nPlatforms: linux/amd64, linux/386\n");
  EXPECT_FALSE(builder.ours);
  ASSERT_EQ(builder.nodes.size(), 1U);
  EXPECT_EQ(builder.nodes[0].version, "20.10.24");
  EXPECT_EQ(builder.nodes[0].daemon_flags, "--debug");
  EXPECT_EQ(builder.nodes[0].platforms.size(), 2U);
}

TEST(Inspect, ReadsDriverOptionsUpToWhereTheyMakeNoSense) {
  const auto options = [](const std::string& text) {
    return parse_inspect("Name: x\n\nNodes:\nName: x0\nDriver Options: " + text + "\n").nodes.at(0).driver_options;
  };
  EXPECT_EQ(options(R"(cacert="/c/ca=1.pem" env.A="b c" key="")"),
            (std::vector<std::string>{"cacert=/c/ca=1.pem", "env.A=b c", "key="}));
  EXPECT_EQ(options(R"(image="a" network=host)"), (std::vector<std::string>{"image=a"}));
  EXPECT_EQ(options(R"(image="a)"), (std::vector<std::string>{}));
  EXPECT_EQ(options(""), (std::vector<std::string>{}));
}

TEST(Inspect, KeepsWhyABuilderCannotBeLoaded) {
  const auto builder = parse_inspect("Name:   default\nDriver: \nError:  failed to connect: no such file\n");
  EXPECT_EQ(builder.driver, "");
  EXPECT_EQ(builder.error, "failed to connect: no such file");
}

TEST(Inspect, RefusesTextThatNamesNoBuilder) {
  for (const std::string_view text : {"", "\n\n", "Nodes:\nName: x\n", " Name: x\n", "ERROR: no builder \"x\" found"}) {
    try {
      parse_inspect(text);
      ADD_FAILURE() << "accepted: " << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::builder);
    }
  }
}

TEST(Names, AreReadFromTheListsOfOldAndNewVersions) {
  EXPECT_EQ(parse_names("NAME/NODE           DRIVER/ENDPOINT         STATUS\n"
                        "polyarch-a          remote\n"
                        " \\_ polyarch-a0      \\_ unix:///x           running\n"
                        "default*            docker\n"
                        " \\_ default          \\_ default             running\n"),
            (std::vector<std::string>{"polyarch-a", "default"}));
  EXPECT_EQ(parse_names("NAME/NODE    DRIVER/ENDPOINT STATUS\n"
                        "farm *       docker-container\n"
                        "  farm0      unix:///x       running\n"),
            (std::vector<std::string>{"farm"}));
  EXPECT_TRUE(parse_names("").empty());
}

}  // namespace
}  // namespace polyarch::buildkit
