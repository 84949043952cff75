#include "app/plan_matrix.hpp"

#include <gmock/gmock.h>

#include "base/error.hpp"

namespace polyarch::app {
namespace {

Plan plan_of(const std::vector<std::string>& platforms) {
  Plan plan;
  for (const auto& platform : platforms) plan.legs.push_back({.platform = oci::Platform::parse(platform)});
  return plan;
}

std::string refusal(const std::vector<std::string>& runners) {
  try {
    plan_matrix(plan_of({"linux/amd64"}), runners);
  } catch (const Error& error) {
    return error.message();
  }
  return "";
}

TEST(PlanMatrix, GivesEachPlatformAMachineOfItsKind) {
  EXPECT_EQ(plan_matrix(plan_of({"linux/amd64", "linux/arm64", "linux/arm/v7", "linux/s390x"}), {}).dump(),
            R"({"include":[{"platform":"linux/amd64","runner":"ubuntu-latest"},)"
            R"({"platform":"linux/arm64","runner":"ubuntu-24.04-arm"},)"
            R"({"platform":"linux/arm/v7","runner":"ubuntu-24.04-arm"},)"
            R"({"platform":"linux/s390x","runner":"ubuntu-latest"}]})");
}

TEST(PlanMatrix, TakesTheRunnersThatAreNamed) {
  const auto matrix =
      plan_matrix(plan_of({"linux/amd64", "linux/arm64"}), {"linux/arm64/v8=mine", "linux/amd64=self-hosted, big"});
  EXPECT_EQ(matrix["include"][0]["runner"], Json::array({"self-hosted", "big"}));
  EXPECT_EQ(matrix["include"][1]["runner"], "mine");
}

TEST(PlanMatrix, RefusesWhatIsNoRunner) {
  EXPECT_EQ(refusal({"linux/amd64"}), "--runner linux/amd64 names no runner");
  EXPECT_EQ(refusal({"linux/amd64= "}), "--runner linux/amd64=  names no runner");
  EXPECT_EQ(refusal({"linux/arm64=x"}), "--runner linux/arm64 is not built");
}

}  // namespace
}  // namespace polyarch::app
