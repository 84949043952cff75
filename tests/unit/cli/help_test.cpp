#include "cli/help.hpp"

#include <gmock/gmock.h>

#include "base/text.hpp"
#include "spec/commands.hpp"

namespace polyarch::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Help, ShowsEveryOptionInItsGroup) {
  for (const auto& command : spec::catalog()) {
    const auto shown = help(command);
    for (const auto& option : command.options) {
      EXPECT_THAT(shown, HasSubstr(option.more.secret ? "$" + option.variables().front() : option.label()))
          << option.name;
    }
    EXPECT_THAT(shown, HasSubstr("Examples:\n"));
    EXPECT_THAT(shown, HasSubstr("--help"));
  }
}

TEST(Help, FitsIntoAHundredColumns) {
  for (const auto& command : spec::catalog()) {
    const auto shown = help(command);
    for (const auto line : text::split(shown, '\n')) {
      if (line.starts_with("  polyarch ")) continue;  // an example is one line, to copy
      EXPECT_LE(text::columns(line), 100) << command.name << ": " << line;
    }
  }
}

TEST(Help, ShowsDefaultsAndRepetition) {
  const auto shown = help(spec::describe(spec::build_command()));
  EXPECT_THAT(shown, HasSubstr("-t, --tag REF..."));
  EXPECT_THAT(shown, HasSubstr("(default: auto)"));
  EXPECT_THAT(shown, Not(HasSubstr("(default: )")));
  EXPECT_THAT(shown, Not(HasSubstr("(default: false)")));
}

TEST(Help, ListsTheCommandsOfAWord) {
  EXPECT_THAT(overview("builder"), HasSubstr("\n  create "));
  EXPECT_THAT(overview("builder"), Not(HasSubstr("serve")));
}

}  // namespace
}  // namespace polyarch::cli
