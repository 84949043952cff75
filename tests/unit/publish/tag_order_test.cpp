#include "publish/tag_order.hpp"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>
#include <string>
#include <vector>

namespace polyarch::publish {
namespace {

TEST(TagOrder, PutsNamesFirstAndTheNewestVersionLast) {
  const std::vector<std::string> sorted{"0f3c2ab", "edge",     "latest", "pr-9",   "pr-10",       "v0.9",
                                        "1",       "1.0",      "v1.2",   "1.9.0",  "1.10.0-rc.2", "1.10.0-rc.10",
                                        "1.10.0",  "2-alpine", "2",      "v2.0.1", "20240131",    "20240131.1"};
  std::mt19937 random(1);
  for (int round = 0; round < 50; ++round) {
    auto shuffled = sorted;
    std::ranges::shuffle(shuffled, random);
    std::ranges::sort(shuffled, tag_before);
    EXPECT_EQ(shuffled, sorted);
  }
}

TEST(TagOrder, IsATotalOrderOverAnyText) {
  const std::vector<std::string> odd{"1",
                                     "01",
                                     "001",
                                     "v1",
                                     "1.0",
                                     "1.",
                                     "1..2",
                                     "-1",
                                     "",
                                     "v",
                                     "1_a",
                                     "a01",
                                     "a1",
                                     "a001",
                                     "99999999999999999999999999",
                                     "100000000000000000000000000"};
  for (const auto& a : odd) {
    EXPECT_FALSE(tag_before(a, a));
    for (const auto& b : odd) {
      EXPECT_TRUE(a == b || tag_before(a, b) != tag_before(b, a)) << a << " and " << b;
      for (const auto& c : odd)
        EXPECT_TRUE(!tag_before(a, b) || !tag_before(b, c) || tag_before(a, c)) << a << ", " << b << ", " << c;
    }
  }
  EXPECT_TRUE(tag_before(odd[14], odd[15]));
}

TEST(Pattern, KnowsStarAndQuestionMark) {
  for (const auto* const fit : {"v1.2", "v1.", "v1.22.3"}) EXPECT_TRUE(fits("v1.*", fit)) << fit;
  for (const auto* const other : {"v1", "xv1.2", "v2.1"}) EXPECT_FALSE(fits("v1.*", other)) << other;
  EXPECT_TRUE(fits("*", ""));
  EXPECT_TRUE(fits("pr-??", "pr-12"));
  EXPECT_FALSE(fits("pr-??", "pr-123"));
  EXPECT_TRUE(fits("*-rc*-*", "1-rc2-rc3-x"));
  EXPECT_FALSE(fits("", "x"));
  // Costs no more than pattern times text, whatever they are.
  EXPECT_FALSE(fits(std::string(60, '*') + "a*a*a*a*a*a*b", std::string(120, 'a')));
}

}  // namespace
}  // namespace polyarch::publish
