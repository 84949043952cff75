#include "report/outside_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/step_label.hpp"

namespace polyarch::report {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(OutsideText, BecomesOneLine) {
  EXPECT_EQ(one_line("a\n\n  b\r\n\x1b[1mc\x1b[0m\x07"), "a   b c");
  EXPECT_EQ(one_line("10%\r50%\r100%\r"), "100%");
  EXPECT_EQ(one_line(""), "");
}

TEST(OutsideText, KeepsTheLastLines) {
  EXPECT_THAT(last_lines("\n\na\nb\n\nc\n\n", 3), ElementsAre("b", "", "c"));
  EXPECT_THAT(last_lines("\n\n", 3), IsEmpty());
}

TEST(OutsideText, FitsColumns) {
  EXPECT_EQ(fit("abcdef", 6), "abcdef");
  EXPECT_EQ(fit("abcdef", 4), "abc…");
  EXPECT_EQ(fit("äöüß", 3), "äö…");
  EXPECT_EQ(fit("abc", 0), "");
  EXPECT_EQ(pad("ä", 3), "ä  ");
  EXPECT_EQ(pad_left("ä", 3), "  ä");
}

TEST(StepLabel, LeavesThePlatformOut) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"[linux/arm64 build 2/4] RUN make", "build 2/4 RUN make"},
      {"[linux/amd64->arm64 build 2/4] RUN make", "build 2/4 RUN make"},
      {"[build 2/4] RUN make", "build 2/4 RUN make"},
      {"[2/4] RUN make", "2/4 RUN make"},
      {"[internal] load build context", "load build context"},
      {"[linux/amd64 internal] load metadata for x", "load metadata for x"},
      {"exporting to image", "exporting to image"},
      {"[odd", "[odd"},
      {"[a 1/99999999999999999999] x", "a x"},
      {"[a 1/4] RUN <<EOF\nmake\nEOF", "a 1/4 RUN <<EOF make EOF"},
  };
  for (const auto& [name, label] : cases) EXPECT_EQ(StepLabel::parse(name).str(), label);
}

}  // namespace
}  // namespace polyarch::report
