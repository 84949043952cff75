#include "architecture/rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// Each rule holds in the project, and is seen to find a breach.
namespace polyarch::architecture {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Rule = Breaches (*)(const SourceFile&);

void expect_everywhere(Rule rule) {
  static const auto files = read_sources();
  ASSERT_GT(files.size(), 100U) << "the sources were not found";
  for (const auto& file : files) {
    for (const auto& breach : rule(file)) ADD_FAILURE() << breach;
  }
}

std::string include(const std::string& header) {
  return "#include " + header + "\n";
}

TEST(Layering, HoldsEverywhere) {
  expect_everywhere(layering);
}

TEST(Layering, ForbidsHigherFloors) {
  EXPECT_THAT(layering({"core/base/x.cpp", "\n" + include("\"sys/files.hpp\"")}),
              ElementsAre("core/base/x.cpp:2: base (floor 0) includes sys/files.hpp (floor 1)"));
  EXPECT_THAT(layering({"core/oci/x.hpp", include("<app/commands.hpp>")}), SizeIs(1));
  EXPECT_THAT(layering({"core/oci/deep/x.hpp", " #  include \"cli/parser.hpp\""}), SizeIs(1));
}

TEST(Layering, ForbidsNeighboursButTheNamedOnes) {
  EXPECT_THAT(layering({"core/server/x.cpp", include("\"ci/host.hpp\"")}), SizeIs(1));
  EXPECT_THAT(layering({"core/oci/x.cpp", include("\"dockerfile/dockerfile.hpp\"")}), SizeIs(1));
  EXPECT_THAT(layering({"core/dockerfile/x.cpp", include("\"oci/platform.hpp\"")}), IsEmpty());
}

TEST(Layering, ForbidsUnknownRooms) {
  EXPECT_THAT(layering({"core/attic/x.cpp", ""}), SizeIs(1));
  EXPECT_THAT(layering({"core/base/x.cpp", include("\"text.hpp\"")}), SizeIs(1));
  EXPECT_THAT(layering({"core/base/x.cpp", include("\"../sys/files.hpp\"")}), SizeIs(1));
}

TEST(Layering, AllowsTheRest) {
  const auto fine = include("\"server/api.hpp\"") + include("\"oci/manifest.hpp\"") + include("<sys/stat.h>") +
                    include("<vector>") + "// #include \"app/commands.hpp\"\n";
  EXPECT_THAT(layering({"core/server/x.cpp", fine}), IsEmpty());
  EXPECT_THAT(layering({"tests/unit/base/x.cpp", include("\"cli/parser.hpp\"")}), IsEmpty());
}

TEST(ThirdPartyHeaders, StayWhereTheyBelong) {
  expect_everywhere(third_party_headers);
}

TEST(ThirdPartyHeaders, AreFoundElsewhere) {
  EXPECT_THAT(third_party_headers({"core/server/api.cpp", include("<httplib.h>")}),
              ElementsAre("core/server/api.cpp:1: httplib.h belongs to core/http/httplib_transport.cpp and "
                          "core/server/httplib_connections.hpp"));
  EXPECT_THAT(third_party_headers({"core/app/build.cpp", include("<CLI/CLI.hpp>")}), SizeIs(1));
  EXPECT_THAT(third_party_headers({"core/base/text.cpp", include("\"spdlog/spdlog.h\"")}), SizeIs(1));
  EXPECT_THAT(third_party_headers({"tests/unit/http/x.cpp", include("<httplib.h>")}), SizeIs(1));
  EXPECT_THAT(third_party_headers({"core/cli/parser.cpp", include("<CLI/CLI.hpp>")}), IsEmpty());
}

TEST(CiVariables, AreKnownToOneRoom) {
  expect_everywhere(ci_variables);
}

TEST(CiVariables, AreFoundElsewhere) {
  for (const auto* name : {"GITHUB_TOKEN", "GITLAB_CI", "CI_COMMIT_SHA", "JENKINS_URL", "BUILD_TAG", "CI"}) {
    const auto content = std::string("\nauto x = environment(\"") + name + "\");\n";
    EXPECT_THAT(ci_variables({"core/app/build.cpp", content}),
                ElementsAre(std::string("core/app/build.cpp:2: only core/ci reads ") + name));
    EXPECT_THAT(ci_variables({"core/ci/github.cpp", content}), IsEmpty());
  }
  EXPECT_THAT(ci_variables({"core/app/build.cpp", R"("CIRCLE", "BUILD_ARG", "circa CI_COMMIT_SHA")"}), IsEmpty());
}

TEST(VagueNames, AreNowhere) {
  expect_everywhere(vague_names);
}

TEST(VagueNames, AreFound) {
  for (const auto* path : {"core/util/text.cpp", "core/base/string_utils.cpp", "tests/common.sh", "ci/misc/x.groovy",
                           "core/app/Helpers.hpp"}) {
    EXPECT_THAT(vague_names({path, ""}), SizeIs(1)) << path;
  }
  EXPECT_THAT(vague_names({"core/base/utility_rates.cpp", ""}), IsEmpty());
}

TEST(LongFiles, AreNowhere) {
  expect_everywhere(long_files);
}

TEST(LongFiles, AreFound) {
  EXPECT_THAT(long_files({"core/base/x.cpp", std::string(601, '\n')}), SizeIs(1));
  EXPECT_THAT(long_files({"scripts/x.sh", std::string(601, '\n')}), SizeIs(1));
  EXPECT_THAT(long_files({"core/base/x.cpp", std::string(600, '\n')}), IsEmpty());
  EXPECT_THAT(long_files({"docs/reference.md", std::string(6000, '\n')}), IsEmpty());
}

}  // namespace
}  // namespace polyarch::architecture
