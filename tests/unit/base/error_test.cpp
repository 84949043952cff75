#include "base/error.hpp"

#include <gtest/gtest.h>
#include <set>

namespace polyarch {
namespace {

TEST(Error, EveryKindHasAnExitCodeOfItsOwn) {
  std::set<int> codes{0};
  std::set<std::string_view> names;
  for (const auto& info : error_kinds()) {
    EXPECT_TRUE(codes.insert(info.exit_code).second) << info.name;
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_EQ(&describe(info.kind), &info) << info.name << " stands at another place than in the enumeration";
    EXPECT_FALSE(info.meaning.empty()) << info.name;
  }
  EXPECT_EQ(describe(ErrorKind::interrupted).exit_code, 130);
  EXPECT_EQ(describe(ErrorKind::usage).exit_code, 2);
}

TEST(Error, CarriesWhatItWasGiven) {
  const Error error(ErrorKind::network, "no answer", "try again", true);
  EXPECT_STREQ(error.what(), "no answer");
  EXPECT_EQ(error.hint(), "try again");
  EXPECT_TRUE(error.retryable());
  EXPECT_FALSE(Error(ErrorKind::failed, "x").retryable());
}

}  // namespace
}  // namespace polyarch
