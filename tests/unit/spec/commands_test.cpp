#include "spec/commands.hpp"

#include <gmock/gmock.h>
#include <set>

#include "spec/inputs.hpp"

namespace polyarch::spec {
namespace {

using testing::IsSupersetOf;
using ::testing::MatchesRegex;
using ::testing::Not;

TEST(Commands, AreNamedOnce) {
  std::set<std::string_view> names;
  for (const auto& command : catalog()) EXPECT_TRUE(names.insert(command.name).second) << command.name;
}

TEST(Commands, NameEveryOptionAndVariableOnce) {
  for (const auto& command : catalog()) {
    std::set<std::string> names;
    std::set<char> letters;
    auto options = command.options;
    for (const auto& option : describe(global_options()).options) options.push_back(option);
    for (const auto& option : options) {
      for (const auto& variable : option.variables()) {
        EXPECT_TRUE(names.insert(variable).second) << command.name << ": " << variable;
        EXPECT_TRUE(!option.more.secret || names.insert(variable + "_FILE").second) << command.name << ": " << variable;
      }
      EXPECT_TRUE(!option.more.letter || letters.insert(option.more.letter).second) << option.more.letter;
    }
  }
}

TEST(Commands, ExplainEveryOptionInOneSentence) {
  for (const auto& command : catalog()) {
    EXPECT_THAT(std::string(command.summary), MatchesRegex("[A-Z].*[^.]")) << command.name;
    EXPECT_NE(command.examples, "") << command.name;
    for (const auto& option : command.options) {
      EXPECT_THAT(std::string(option.help), MatchesRegex("[A-Z].*[^.]")) << option.name;
      EXPECT_THAT(std::string(option.name), MatchesRegex("[a-z][a-z0-9]+(-[a-z0-9]+)*"));
    }
  }
}

TEST(Commands, DeclareWhatCanBeMeant) {
  for (const auto& command : catalog()) {
    for (const auto& option : command.options) {
      const auto& choices = option.more.choices;
      EXPECT_TRUE(!option.more.comma || option.kind == Kind::list) << option.name;
      EXPECT_FALSE(option.more.positional && option.more.secret) << option.name;
      if (!choices.empty() && !option.default_value.empty()) {
        EXPECT_THAT(choices, ::testing::Contains(option.default_value)) << option.name;
      }
    }
  }
}

// A user moves over by changing one line: the inputs that build-push-action has, we have under the same names.
TEST(Commands, OfferTheInputsThatUsersKnow) {
  std::set<std::string_view> inputs;
  for (const auto& option : ci_inputs()) inputs.insert(option.input());
  const auto known = {"add-hosts", "allow",       "annotations",  "attests",  "build-args",    "build-contexts",
                      "builder",   "cache-from",  "cache-to",     "call",     "cgroup-parent", "context",
                      "file",      "labels",      "load",         "network",  "no-cache",      "no-cache-filters",
                      "outputs",   "platforms",   "provenance",   "pull",     "push",          "sbom",
                      "secrets",   "secret-envs", "secret-files", "shm-size", "ssh",           "tags",
                      "target",    "ulimit",      "github-token", "driver",   "driver-opts",   "buildkitd-config"};
  EXPECT_THAT(inputs, IsSupersetOf(known));
}

}  // namespace
}  // namespace polyarch::spec
