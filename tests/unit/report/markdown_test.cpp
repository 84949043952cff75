#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "report/writers.hpp"
#include "unit/report/sample.hpp"

namespace polyarch::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Markdown, HoldsTheMatrix) {
  const auto markdown = to_markdown(make_run({make_leg(amd64), make_leg(arm64, Result::failed)}));
  EXPECT_THAT(markdown, HasSubstr("| <code>linux/amd64</code> | ✓ passed | native | 41s | 5 of 7 | 12 MB | "
                                  "<code>sha256:bbbbbbbbbbbb</code> |\n"));
  EXPECT_THAT(markdown, HasSubstr("| <code>linux/arm64</code> | ✗ failed | emulated | 41s | 5 of 7 | - | - |\n"));
}

TEST(Markdown, EveryRowHasAsManyCellsAsTheHeader) {
  const auto markdown = to_markdown(make_hostile_run());
  std::vector<std::size_t> widths;
  for (const auto line : text::split(markdown, '\n')) {
    if (line.starts_with('|')) widths.push_back(text::split(line, '|').size());
  }
  EXPECT_EQ(widths, (std::vector<std::size_t>{10, 10, 10, 6, 6, 6}));
}

TEST(Markdown, EscapesWhatComesFromOutside) {
  const auto markdown = to_markdown(make_hostile_run());
  EXPECT_THAT(markdown, HasSubstr("a&#124;b &#96;c&#96; &#60;b&#62;&#38;amp;&#60;/b&#62; &#42;d&#42; &#91;x&#93;(y) "
                                  "&#64;all red \"q\""));
  EXPECT_THAT(markdown, Not(HasSubstr("\x1b")));
}

TEST(Markdown, OutputCannotCloseItsFence) {
  const auto markdown = to_markdown(make_hostile_run());
  EXPECT_THAT(markdown, HasSubstr("\n`````text\n````\na|b `c`"));
}

constexpr std::size_t github_takes = 1U << 20;

TEST(Markdown, IsCutBeforeItIsTooLargeToBeShown) {
  auto leg = make_leg(arm64, Result::failed);
  for (int i = 0; i < 60; ++i)
    leg.tests.push_back({"test " + std::to_string(i), Result::failed, {}, std::string(60'000, '`') + "\n"});
  auto run = make_run({leg});
  run.warnings = {{"the warning", "", 0, ""}};
  auto markdown = to_markdown(run);
  EXPECT_LT(markdown.size(), github_takes);
  EXPECT_GT(markdown.size(), github_takes / 2);
  EXPECT_THAT(markdown, ::testing::EndsWith("</details>\n\n\n\n**Cut here, for a summary holds no more: the report has "
                                            "the rest.**\n"));
  EXPECT_THAT(markdown, Not(HasSubstr("the warning")));
  run.legs[0].tests.resize(3);
  markdown = to_markdown(run);
  EXPECT_THAT(markdown, Not(HasSubstr("Cut here")));
  EXPECT_THAT(markdown, HasSubstr("the warning"));
}

// Each of these alone would be too much.
TEST(Markdown, IsBoundedWhateverIsLong) {
  const std::string large(1U << 18, '|');
  auto named = make_run({make_leg(amd64)});
  named.reference = "r.example/a:1";
  named.tags.assign(1000, std::string(300, '|'));
  auto warned = make_run({make_leg(amd64)});
  warned.warnings.assign(1000, {std::string(300, '&'), "", 0, "hint"});
  auto broken = make_run({});
  broken.result = Result::failed;
  broken.error = large;
  auto tested = make_run({make_leg(arm64, Result::failed)});
  tested.legs[0].tests = {{large, Result::failed, {}, ""}};
  for (const auto& run : {named, warned, broken, tested}) {
    const auto markdown = to_markdown(run);
    EXPECT_LT(markdown.size(), github_takes);
    EXPECT_THAT(markdown, ::testing::StartsWith("### "));
  }
}

TEST(Markdown, NamesTheSlowestSteps) {
  auto run = make_run({});
  run.steps = {done("[linux/amd64 a 1/2] RUN fast", amd64, 900), done("[linux/amd64 a 2/2] RUN slow", amd64, 2000),
               done("[linux/arm64 a 2/2] RUN slow", arm64, 9000), done("[internal] load", {}, 60'000)};
  const auto markdown = to_markdown(run);
  EXPECT_THAT(markdown, HasSubstr("| <code>a 2/2 RUN slow</code> | <code>linux/arm64</code> | emulated | 9.0s |\n"
                                  "| <code>a 2/2 RUN slow</code> | <code>linux/amd64</code> | native | 2.0s |\n"));
  EXPECT_THAT(markdown, Not(HasSubstr("fast")));
  EXPECT_THAT(markdown, Not(HasSubstr("load")));
}

}  // namespace
}  // namespace polyarch::report
