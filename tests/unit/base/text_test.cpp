#include "base/text.hpp"

#include <gtest/gtest.h>
#include <limits>

namespace polyarch::text {
namespace {

using namespace std::string_literals;
using std::chrono::milliseconds;

TEST(Text, TrimsBlanksAtBothEnds) {
  EXPECT_EQ(trim(" \t a b \r\n"), "a b");
  EXPECT_EQ(trim(" \n"), "");
  EXPECT_EQ(trim(""), "");
}

TEST(Text, LowersAsciiOnly) {
  EXPECT_EQ(lower("AZaz09\xc3\x84"), "azaz09\xc3\x84");
}

TEST(Text, SplitsAtEverySeparator) {
  using Parts = std::vector<std::string_view>;
  EXPECT_EQ(split("", ','), Parts{""});
  EXPECT_EQ(split("a", ','), Parts{"a"});
  EXPECT_EQ(split(",a,,b,", ','), (Parts{"", "a", "", "b", ""}));
}

TEST(Text, CutsOnce) {
  EXPECT_EQ(cut("a=b=c", '='), std::pair(std::string_view("a"), std::string_view("b=c")));
  EXPECT_EQ(cut("=", '='), std::pair(std::string_view(), std::string_view()));
  EXPECT_EQ(cut("a", '='), std::nullopt);
}

TEST(Text, Joins) {
  EXPECT_EQ(join({}, ", "), "");
  EXPECT_EQ(join({"a", "", "b"}, ", "), "a, , b");
}

TEST(Text, ReplacesWithoutReadingWhatItWrote) {
  EXPECT_EQ(replace_all("aaa", "a", "aa"), "aaaaaa");
  EXPECT_EQ(replace_all("abab", "ab", ""), "");
  EXPECT_EQ(replace_all("ab", "", "x"), "ab");
}

TEST(Text, ReadsWholeNumbersOnly) {
  EXPECT_EQ(to_number("0"), 0U);
  EXPECT_EQ(to_number("007"), 7U);
  EXPECT_EQ(to_number("18446744073709551615"), std::numeric_limits<std::uint64_t>::max());
  for (const auto* text : {"", " 1", "1 ", "+1", "-1", "0x10", "1.0", "1e3", "18446744073709551616",
                           "99999999999999999999999999", "\xd9\xa1"}) {
    EXPECT_EQ(to_number(text), std::nullopt) << text;
  }
}

TEST(Text, Base64GoesRound) {
  for (const auto& [plain, encoded] : std::initializer_list<std::pair<std::string, const char*>>{
           {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"\0\xff\xfe"s, "AP/+"}}) {
    EXPECT_EQ(base64_encode(plain), encoded);
    EXPECT_EQ(base64_decode(encoded), plain);
  }
  EXPECT_EQ(base64_decode("Zg"), "f") << "padding may be left out";
}

TEST(Text, RefusesWhatIsNoBase64) {
  for (const auto* text :
       {"Z", "Zm9vY", "=", "====", "Zg=", "Zg===", "Zm9v====", "Zg==Zg==", "Zm 9v", "Zm9v\n", "Zm9-", "Zm\xc3\xa9"}) {
    EXPECT_EQ(base64_decode(text), std::nullopt) << text;
  }
}

TEST(Text, WritesDurationsForPeople) {
  for (const auto& [count, shown] : std::initializer_list<std::pair<std::int64_t, const char*>>{
           {-5, "0.0s"},
           {0, "0.0s"},
           {349, "0.3s"},
           {9'949, "9.9s"},
           {9'950, "10s"},
           {59'499, "59s"},
           {59'500, "1m 00s"},
           {245'000, "4m 05s"},
           {3'599'500, "1h 00m"},
           {3'720'000, "1h 02m"},
           {std::numeric_limits<std::int64_t>::max(), "2562047788015h 12m"}}) {
    EXPECT_EQ(human_duration(milliseconds(count)), shown);
  }
}

TEST(Text, WritesSizesAsDockerDoes) {
  for (const auto& [bytes, shown] : std::initializer_list<std::pair<std::uint64_t, const char*>>{
           {0, "0 B"},
           {999, "999 B"},
           {1'000, "1.0 kB"},
           {3'400, "3.4 kB"},
           {9'960, "10 kB"},
           {999'499, "999 kB"},
           {999'500, "1.0 MB"},
           {120'000'000, "120 MB"},
           {std::numeric_limits<std::uint64_t>::max(), "18 EB"}}) {
    EXPECT_EQ(human_size(bytes), shown);
  }
}

TEST(Text, PrintableKeepsWhatPeopleRead) {
  for (const auto* text : {"", "plain", "caf\xc3\xa9", "\xe2\x86\x92", "\xf0\x9f\x90\xb3", "\xed\x9f\xbf",
                           "\xee\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_EQ(printable(text), text);
  }
  EXPECT_EQ(printable("a\tb"), "a    b");
}

TEST(Text, PrintableTakesOutWhatATerminalWouldObey) {
  for (const auto& [text, shown] :
       std::initializer_list<std::pair<std::string, const char*>>{{"a\r\nb\0\x7f\x08 c"s, "ab c"},
                                                                  {"\x1b[31mred\x1b[0m", "red"},
                                                                  {"\x1b[38;5;1mred\x1b[2K", "red"},
                                                                  {"\x1b]0;title\aafter", "after"},
                                                                  {"\x1b]8;;http://x\x1b\\link", "link"},
                                                                  {"\x1b(Bset", "set"},
                                                                  {"\x1b"
                                                                   "7saved",
                                                                   "saved"},
                                                                  {"\x1b[", ""},
                                                                  {"\x1b", ""},
                                                                  {"\x1b[12;", ""},
                                                                  {"\x1b]0;title", ""},
                                                                  {"\x1b]0;title\x1b", ""},
                                                                  {"\x1b(", ""},
                                                                  {"8-bit \xc2\x9b"
                                                                   "31m",
                                                                   "8-bit 31m"}}) {
    EXPECT_EQ(printable(text), shown);
  }
}

TEST(Text, PrintableTakesOutInvalidUtf8) {
  for (const auto* text : {"a\x80z", "a\xffz", "a\xc3z", "a\xc0\xafz", "a\xe0\x80\xafz", "a\xed\xa0\x80z",
                           "a\xf0\x80\x80\xafz", "a\xf4\x90\x80\x80z", "a\xf8\x88\x80\x80\x80z"}) {
    EXPECT_EQ(printable(text), "az") << text;
  }
  EXPECT_EQ(printable("a\xe2\x86"), "a") << "cut in the middle";
}

TEST(Text, CountsCodePoints) {
  EXPECT_EQ(columns(""), 0U);
  EXPECT_EQ(columns("caf\xc3\xa9 \xe2\x86\x92"), 6U);
}

}  // namespace
}  // namespace polyarch::text
