#include "app/scoped.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "unit/app/platforms.hpp"

namespace polyarch::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Scoped, TakesAPlatformOnlyWhereOneStands) {
  struct Case {
    std::string text, platform, value;
  };
  const std::vector<Case> cases{
      {"A=1", "", "A=1"},
      {"linux/arm64:A=1", "linux/arm64", "A=1"},
      {"linux/arm64/v8:A=1", "linux/arm64", "A=1"},
      {"linux/arm:A=linux/amd64:2", "linux/arm/v7", "A=linux/amd64:2"},
      {"windows/amd64:x", "windows/amd64", "x"},
      {"linux/arm64:", "linux/arm64", ""},
      {"arm64:A=1", "", "arm64:A=1"},
      {"linux/tools:1.0", "", "linux/tools:1.0"},
      {"linux/arm64", "", "linux/arm64"},
      {"linux/arm64/v8/x:1", "", "linux/arm64/v8/x:1"},
      {"r.example/linux/arm64:1", "", "r.example/linux/arm64:1"},
      {"", "", ""},
  };
  for (const auto& item : cases) {
    const auto scoped = parse_scoped(item.text);
    EXPECT_EQ(scoped.platform ? scoped.platform->str() : "", item.platform) << item.text;
    EXPECT_EQ(scoped.value, item.value);
  }
}

TEST(Scoped, ValuesOfAPlatformKeepTheirOrder) {
  const std::vector<std::string> texts{"A=1", "linux/arm64:A=2", "linux/amd64:A=3", "B=4"};
  EXPECT_THAT(values_for(texts, arm64), ElementsAre("A=1", "A=2", "B=4"));
  EXPECT_THAT(values_for(texts, amd64), ElementsAre("A=1", "A=3", "B=4"));
  EXPECT_THAT(common_values(texts), ElementsAre("A=1", "B=4"));
}

TEST(Scoped, ForAPlatformThatIsNotBuiltIsRefused) {
  EXPECT_NO_THROW(check_scopes("label", {"a=b", "linux/arm64:a=b"}, {amd64, arm64}));
  try {
    check_scopes("label", {"linux/arm64:a=b"}, {amd64});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_THAT(error.message(), HasSubstr("--label linux/arm64:"));
    EXPECT_THAT(error.hint(), HasSubstr("--platform"));
  }
}

}  // namespace
}  // namespace polyarch::app
