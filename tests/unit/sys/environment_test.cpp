#include "sys/environment.hpp"

#include <cstdlib>
#include <gtest/gtest.h>

namespace polyarch::sys {
namespace {

TEST(Environment, EmptyIsAbsent) {
  const auto fixed = fixed_environment({{"A", "1"}, {"B", ""}});
  EXPECT_EQ(fixed("A"), "1");
  EXPECT_EQ(fixed("B"), std::nullopt);
  EXPECT_EQ(fixed("C"), std::nullopt);
  setenv("POLYARCH_TEST_X", "1", 1);
  EXPECT_EQ(process_environment()("POLYARCH_TEST_X"), "1");
  setenv("POLYARCH_TEST_X", "", 1);
  EXPECT_EQ(process_environment()("POLYARCH_TEST_X"), std::nullopt);
  unsetenv("POLYARCH_TEST_X");
}

}  // namespace
}  // namespace polyarch::sys
