#include "registry/range.hpp"

#include <gtest/gtest.h>

namespace polyarch::registry {
namespace {

TEST(Range, SaysHowMuchIsThere) {
  EXPECT_EQ(uploaded_size("0-0"), 1U);
  EXPECT_EQ(uploaded_size("0-99"), 100U);
  EXPECT_EQ(uploaded_size("bytes=0-99"), 100U);
  for (const auto* text : {"", "0", "-", "0-", "-5", "1-5", "0-x", "0-5-6", "0-18446744073709551615", "0--1", "00-5"}) {
    EXPECT_FALSE(uploaded_size(text)) << text;
  }
}

TEST(Range, SaysWhereAPartBegins) {
  EXPECT_EQ(part_begin("bytes 5-9/10"), 5U);
  EXPECT_EQ(part_begin("Bytes 0-9/*"), 0U);
  for (const auto* text : {"", "bytes", "bytes */10", "bytes 5", "bytes 5-/10", "bytes -9/10", "lines 5-9/10",
                           "bytes=5-9/10", "bytes 99999999999999999999-9/10"}) {
    EXPECT_FALSE(part_begin(text)) << text;
  }
}

}  // namespace
}  // namespace polyarch::registry
