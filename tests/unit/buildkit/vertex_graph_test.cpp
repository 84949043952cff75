#include "buildkit/vertex_graph.hpp"

#include <gtest/gtest.h>

namespace polyarch::buildkit {
namespace {

const oci::Platform amd64 = oci::Platform::parse("linux/amd64");
const oci::Platform arm64 = oci::Platform::parse("linux/arm64");
const oci::Platform s390x = oci::Platform::parse("linux/s390x");

std::string leg_of(const VertexGraph& graph, const std::string& id) {
  const auto leg = graph.leg_of(id);
  return leg ? leg->architecture : "";
}

TEST(VertexGraph, GivesAVertexToTheLegThatIsMadeFromIt) {
  VertexGraph graph({amd64, arm64});
  graph.set("image-amd64", {"copy", "shared"}, amd64);
  graph.set("image-arm64", {"compile", "shared"}, arm64);
  graph.set("copy", {}, {});
  graph.set("compile", {"shared"}, amd64);  // runs on amd64, for arm64
  graph.set("shared", {}, amd64);
  EXPECT_EQ(leg_of(graph, "copy"), "amd64");
  EXPECT_EQ(leg_of(graph, "compile"), "arm64");
  EXPECT_EQ(leg_of(graph, "shared"), "");
}

TEST(VertexGraph, GivesANamelessEndToTheLegThatItIsMadeFrom) {
  VertexGraph graph({amd64, arm64});
  graph.set("end-1", {"copy"}, {});
  graph.set("copy", {"base-arm64"}, {});
  graph.set("base-arm64", {}, arm64);
  graph.set("end-2", {"base-amd64"}, {});
  graph.set("base-amd64", {}, amd64);
  EXPECT_EQ(leg_of(graph, "end-1"), "arm64");
  EXPECT_EQ(leg_of(graph, "copy"), "arm64");
  EXPECT_EQ(leg_of(graph, "end-2"), "amd64");
}

TEST(VertexGraph, LeavesOutWhatNothingTiesToALeg) {
  VertexGraph graph({amd64, arm64});
  graph.set("export", {}, {});
  graph.set("metadata", {}, s390x);  // no leg of this solve
  graph.set("mixed", {"a", "b"}, {});
  graph.set("a", {}, amd64);
  graph.set("b", {}, arm64);
  EXPECT_EQ(leg_of(graph, "export"), "");
  EXPECT_EQ(leg_of(graph, "metadata"), "");
  EXPECT_EQ(leg_of(graph, "mixed"), "");
}

TEST(VertexGraph, GivesEverythingToAnOnlyLeg) {
  VertexGraph graph({arm64});
  graph.set("export", {}, {});
  graph.set("compile", {}, amd64);
  EXPECT_EQ(leg_of(graph, "export"), "arm64");
  EXPECT_EQ(leg_of(graph, "compile"), "arm64");
}

TEST(VertexGraph, SurvivesCyclesAndUnknownInputs) {
  VertexGraph graph({amd64, arm64});
  graph.set("a", {"b", "a", "unknown"}, {});
  graph.set("b", {"a"}, arm64);
  graph.set("root", {"a"}, amd64);
  EXPECT_EQ(leg_of(graph, "a"), "amd64");
  EXPECT_EQ(leg_of(graph, "unknown"), "amd64");
  graph.set("c", {"d"}, {});
  graph.set("d", {"c"}, arm64);
  EXPECT_EQ(leg_of(graph, "c"), "") << "nothing is made from this cycle";
  EXPECT_EQ(leg_of(graph, "d"), "arm64") << "by its name";
}

TEST(VertexGraph, LearnsFromWhatComesLater) {
  VertexGraph graph({amd64, arm64});
  graph.set("image-amd64", {"base"}, amd64);
  EXPECT_EQ(leg_of(graph, "base"), "amd64");
  graph.set("image-arm64", {"base"}, arm64);
  EXPECT_EQ(leg_of(graph, "base"), "");
  EXPECT_EQ(leg_of(graph, "nowhere"), "");
}

}  // namespace
}  // namespace polyarch::buildkit
