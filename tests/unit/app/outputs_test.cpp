#include "app/outputs.hpp"

#include <gmock/gmock.h>
#include <sstream>

#include "sys/files.hpp"

namespace polyarch::app {
namespace {

// What --result-file and the CI's own file of outputs hold afterwards.
std::pair<std::string, std::string> handed_over(const Outputs& outputs, const char* host) {
  const sys::TemporaryDirectory directory;
  std::stringstream none;
  sys::Cancel cancel;
  sys::SystemRunner runner(&cancel);
  Context context{none, none, none, {}, sys::fixed_environment({}), {}, system_clock(), cancel, runner, runner};
  context.host.name = host;
  spec::BuildOptions options;
  options.result_file = directory.path() / "outputs.txt";
  if (context.host.name == "github") {
    context.host.outputs_file = directory.path() / "own";
    sys::write_file(context.host.outputs_file, "of another step\n");
  }
  hand_over(outputs, options, context);
  const auto own = context.host.outputs_file.empty() ? "" : sys::read_file(context.host.outputs_file, 1U << 20);
  return {sys::read_file(options.result_file, 1U << 20), own};
}

TEST(Outputs, AreLinesAndEntriesOfTheHost) {
  const auto [lines, own] = handed_over({{"digest", "sha256:a"}, {"tags", ""}}, "github");
  EXPECT_EQ(lines, "digest=sha256:a\ntags=\n");
  EXPECT_THAT(own, ::testing::StartsWith("of another step\ndigest<<polyarch-"));
  EXPECT_THAT(own, ::testing::HasSubstr("\nsha256:a\npolyarch-"));
  EXPECT_EQ(handed_over({{"digest", "sha256:a"}}, "local").second, "");
}

TEST(Outputs, NoValueBringsAnOutputOfItsOwn) {
  for (const auto* value : {"a=b\ndigest=sha256:evil", "a\rdigest=sha256:evil"}) {
    const auto [lines, own] = handed_over({{"labels", value}, {"digest", "sha256:a"}}, "github");
    EXPECT_EQ(lines, "digest=sha256:a\n");
    EXPECT_THAT(own, ::testing::HasSubstr(std::string("\n") + value + "\npolyarch-"));
  }
}

}  // namespace
}  // namespace polyarch::app
