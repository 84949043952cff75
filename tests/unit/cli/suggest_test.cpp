#include "cli/suggest.hpp"

#include <gtest/gtest.h>

namespace polyarch::cli {
namespace {

TEST(Suggest, FindsTheSlip) {
  const std::vector<std::string> names{"build", "plan", "publish", "--platform", "--push", "--pull"};
  struct Case {
    std::string_view word;
    std::optional<std::string> name;
  };
  const Case cases[] = {
      {"biuld", "build"},
      {"buil", "build"},
      {"plna", "plan"},
      {"publsh", "publish"},
      {"--platforms", "--platform"},
      {"--plat", "--platform"},
      {"--psuh", "--push"},
      {"xyzzy", std::nullopt},
      {"", std::nullopt},
      {"rm", std::nullopt},
  };
  for (const auto& [word, name] : cases) EXPECT_EQ(nearest(word, names), name) << word;
}

TEST(Suggest, IsBounded) {
  EXPECT_EQ(nearest(std::string(1U << 20, 'a'), {"aaa"}), std::nullopt);
}

}  // namespace
}  // namespace polyarch::cli
