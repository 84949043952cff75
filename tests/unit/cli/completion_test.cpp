#include "cli/completion.hpp"

#include <gmock/gmock.h>

#include "cli/words.hpp"
#include "spec/commands.hpp"
#include "sys/process.hpp"

namespace polyarch::cli {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

// What bash offers for the last of `words`.
std::string offered(const std::string& words) {
  sys::SystemRunner runner(nullptr);
  const auto script = completion("bash") + "COMP_WORDS=(" + words +
                      ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_polyarch\necho \"${COMPREPLY[@]}\"\n";
  const auto result = runner.run({.argv = {"bash", "-euc", script}});
  EXPECT_EQ(result.err, "");
  return result.out;
}

TEST(Completion, NamesEveryCommandAndFlag) {
  for (const auto* shell : {"bash", "zsh", "fish"}) {
    const auto script = completion(shell);
    const auto dashes = std::string_view(shell) == "fish" ? " -l " : "--";
    for (const auto& command : spec::catalog()) {
      for (const auto& option : flags_of(command)) EXPECT_THAT(script, HasSubstr(dashes + std::string(option.name)));
    }
    EXPECT_THAT(script, Not(ContainsRegex(dashes + std::string("registry-auth[^-]")))) << "a secret has no flag";
  }
}

TEST(Completion, OffersInBash) {
  EXPECT_EQ(offered("polyarch pu"), "publish\n");
  EXPECT_EQ(offered("polyarch qemu ''"), "register status unregister\n");
  EXPECT_EQ(offered("polyarch -v qemu reg"), "register\n");
  EXPECT_EQ(offered("polyarch build --pus"), "--push --push-with\n");
  EXPECT_EQ(offered("polyarch build --driver docker-"), "docker-container\n");
  EXPECT_EQ(offered("polyarch build --driver = do"), "docker-container docker\n");
  EXPECT_EQ(offered("polyarch build --driver ="), "auto docker-container docker remote\n");
  EXPECT_EQ(offered("polyarch completion z"), "zsh\n");
  EXPECT_EQ(offered("polyarch build somedir"), "\n") << "a context is a path: bash completes it";
}

}  // namespace
}  // namespace polyarch::cli
