#include <gtest/gtest.h>

#include "buildkit/solve.hpp"

namespace polyarch::buildkit {
namespace {

using Argv = std::vector<std::string>;

Solve minimal() {
  Solve solve;
  solve.context = ".";
  return solve;
}

TEST(BuildArgv, LeavesOutWhatIsNotAskedFor) {
  EXPECT_EQ(build_argv(minimal(), ""), (Argv{"build", "--progress", "rawjson", "."}));
}

TEST(BuildArgv, NamesBuilderPlatformsAndMetadataFile) {
  auto solve = minimal();
  solve.builder = "polyarch-1";
  solve.platforms = oci::parse_platforms({"linux/amd64,linux/arm/v7"});
  EXPECT_EQ(build_argv(solve, "/m.json"),
            (Argv{"build", "--builder", "polyarch-1", "--progress", "rawjson", "--metadata-file", "/m.json",
                  "--platform", "linux/amd64,linux/arm/v7", "."}));
}

struct OneOption {
  std::string description;
  void (*set)(Solve&);
  Argv expected;  // between --progress rawjson and the context
};

class BuildArgvTable : public ::testing::TestWithParam<OneOption> {};

TEST_P(BuildArgvTable, PassesTheOptionOn) {
  auto solve = minimal();
  GetParam().set(solve);
  auto expected = Argv{"build", "--progress", "rawjson"};
  expected.insert(expected.end(), GetParam().expected.begin(), GetParam().expected.end());
  expected.emplace_back(".");
  EXPECT_EQ(build_argv(solve, ""), expected);
}

const OneOption table[] = {
    {"dockerfile", [](Solve& s) { s.dockerfile = "a/Dockerfile"; }, {"--file", "a/Dockerfile"}},
    {"target", [](Solve& s) { s.target = "test"; }, {"--target", "test"}},
    {"call", [](Solve& s) { s.call = "check"; }, {"--call", "check"}},
    {"outputs",
     [](Solve& s) {
       s.outputs = {"type=oci,dest=x", "type=local,dest=y"};
     },
     {"--output", "type=oci,dest=x", "--output", "type=local,dest=y"}},
    {"load", [](Solve& s) { s.load = true; }, {"--load"}},
    {"tags", [](Solve& s) { s.tags = {"r.example/a:1"}; }, {"--tag", "r.example/a:1"}},
    {"labels", [](Solve& s) { s.labels = {"a=b c"}; }, {"--label", "a=b c"}},
    {"annotations", [](Solve& s) { s.annotations = {"index:a=b"}; }, {"--annotation", "index:a=b"}},
    {"build_args",
     [](Solve& s) {
       s.build_args = {"TOKEN", "A=--b"};
     },
     {"--build-arg", "TOKEN", "--build-arg", "A=--b"}},
    {"build_contexts",
     [](Solve& s) { s.build_contexts = {"base=oci-layout://x"}; },
     {"--build-context", "base=oci-layout://x"}},
    {"secrets", [](Solve& s) { s.secrets = {"id=t,env=T"}; }, {"--secret", "id=t,env=T"}},
    {"ssh", [](Solve& s) { s.ssh = {"default"}; }, {"--ssh", "default"}},
    {"cache",
     [](Solve& s) { s.cache_from = {"type=gha"}, s.cache_to = {"type=gha,mode=max"}; },
     {"--cache-from", "type=gha", "--cache-to", "type=gha,mode=max"}},
    {"no_cache", [](Solve& s) { s.no_cache = true; }, {"--no-cache"}},
    {"no_cache_filters",
     [](Solve& s) {
       s.no_cache_filters = {"a", "b"};
     },
     {"--no-cache-filter", "a", "--no-cache-filter", "b"}},
    {"pull", [](Solve& s) { s.pull = true; }, {"--pull"}},
    {"attestations",
     [](Solve& s) { s.provenance = "mode=max", s.sbom = "true", s.attests = {"type=x"}; },
     {"--provenance", "mode=max", "--sbom", "true", "--attest", "type=x"}},
    {"network", [](Solve& s) { s.network = "none"; }, {"--network", "none"}},
    {"add_hosts", [](Solve& s) { s.add_hosts = {"a:127.0.0.1"}; }, {"--add-host", "a:127.0.0.1"}},
    {"allow", [](Solve& s) { s.allow = {"network.host"}; }, {"--allow", "network.host"}},
    {"limits",
     [](Solve& s) { s.shm_size = "1g", s.ulimits = {"nofile=9"}, s.cgroup_parent = "g"; },
     {"--shm-size", "1g", "--ulimit", "nofile=9", "--cgroup-parent", "g"}},
};

INSTANTIATE_TEST_SUITE_P(Options, BuildArgvTable, ::testing::ValuesIn(table),
                         [](const auto& one) { return one.param.description; });

}  // namespace
}  // namespace polyarch::buildkit
