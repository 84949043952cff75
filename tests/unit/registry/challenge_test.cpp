#include "registry/challenge.hpp"

#include <gtest/gtest.h>

namespace polyarch::registry {
namespace {

TEST(Challenge, ReadsABearerChallenge) {
  const auto challenges = parse_challenges(
      R"(Bearer realm="https://auth.example/token",service="registry.example", scope="repository:a/b:pull,push")");
  ASSERT_EQ(challenges.size(), 1U);
  EXPECT_EQ(challenges[0].scheme, "bearer");
  EXPECT_EQ(challenges[0].parameter("realm"), "https://auth.example/token");
  EXPECT_EQ(challenges[0].parameter("service"), "registry.example");
  EXPECT_EQ(challenges[0].parameter("scope"), "repository:a/b:pull,push");
  EXPECT_EQ(challenges[0].parameter("error"), "");
}

TEST(Challenge, ReadsSeveralInOneField) {
  const auto challenges = parse_challenges(R"(Negotiate, Basic Realm = "a \"b\"", BEARER realm=x , error=y)");
  ASSERT_EQ(challenges.size(), 3U);
  EXPECT_EQ(challenges[0].scheme, "negotiate");
  EXPECT_EQ(challenges[1].parameter("realm"), "a \"b\"");
  EXPECT_EQ(challenges[2].parameter("error"), "y");
}

TEST(Challenge, ChoosesBearerBeforeBasic) {
  EXPECT_EQ(choose_challenge({"Basic realm=\"x\"", "Bearer realm=\"https://a/\""})->scheme, "bearer");
  EXPECT_EQ(choose_challenge({"Bearer service=\"x\"", "Basic realm=\"x\""})->scheme, "basic");
  EXPECT_EQ(choose_challenge({"Basic"})->scheme, "basic");
}

TEST(Challenge, GarbageIsNone) {
  for (const auto* field : {"", ",,,", "=", "\"", "realm=\"x\"", "Bearer", "Bearer realm",
                            "Bearer realm=", "Bearer realm=\"", "Digest realm=\"x\"", "\xff\xfe\x01"}) {
    EXPECT_FALSE(choose_challenge({field})) << field;
  }
  EXPECT_FALSE(choose_challenge({"Bearer realm=\"" + std::string(10'000, 'x') + "\""}));
  EXPECT_FALSE(choose_challenge({}));
}

}  // namespace
}  // namespace polyarch::registry
