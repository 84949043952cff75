#include "spec/lines.hpp"

#include <gmock/gmock.h>

#include "sample.hpp"

namespace polyarch::spec {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Case {
  std::string_view text;
  std::vector<std::string> values;
};

TEST(Lines, ReadsOneValueALine) {
  const Case cases[] = {
      {"", {}},
      {" \r\n\n", {}},
      {"a", {"a"}},
      {"a\nb\r\n  c  \n", {"a", "b", "c"}},
      {"A=1,B=2", {"A=1,B=2"}},
      {"A=\"quoted\" inside", {"A=\"quoted\" inside"}},
      {"\"KEY=one\ntwo\"\nOTHER=3", {"KEY=one\ntwo", "OTHER=3"}},
      {"\"say \"\"hi\"\"\"", {"say \"hi\""}},
      {"\"\"\n\"\"", {}},
      {"\"a b\"/c", {"a b/c"}},
      {R"(["linux/amd64", "A=1,B=2"])", {"linux/amd64", "A=1,B=2"}},
      {"[]", {}},
      {"[ -x /app ]", {"[ -x /app ]"}},
      {"[ \"$A\" = \"b\" ]", {"[ \"$A\" = \"b\" ]"}},
      {"[1, 2]", {"[1, 2]"}},
  };
  for (const auto& [text, values] : cases) EXPECT_EQ(parse_lines(text, "V"), values) << text;
}

TEST(Lines, ACommaEndsAnIdButNotItsPaths) {
  const std::pair<const char*, std::vector<std::string>> examples[] = {
      {"default", {"default"}},
      {"default,github", {"default", "github"}},
      {"default=/a/key, github=/b/key ,", {"default=/a/key", "github=/b/key"}},
      {"default=/a,/b,./c,~/d,github", {"default=/a,/b,./c,~/d", "github"}},
      {"default,/a", {"default", "/a"}},
      {"a=,/x,b=../y,.z", {"a=,/x", "b=../y,.z"}},
      {",,", {}},
      {"", {}},
  };
  for (const auto& [text, values] : examples) EXPECT_EQ(split_ids({text}), values) << text;
  EXPECT_EQ(split_ids({"a=/x", "/y"}), (std::vector<std::string>{"a=/x", "/y"})) << "each line is a value of its own";
}

TEST(Lines, NamesTheVariableOfAnOpenQuote) {
  EXPECT_THAT(
      usage_error([] { parse_lines("ok\n\"open", "POLYARCH_SECRETS"); }),
      ::testing::AllOf(HasSubstr("POLYARCH_SECRETS"), HasSubstr("never closed"), ::testing::Not(HasSubstr("open\""))));
}

TEST(Lines, RefusesWhatIsTooLong) {
  EXPECT_THAT(usage_error([] { parse_lines(std::string((1U << 20) + 1, 'a'), "V"); }), HasSubstr("1 MiB"));
  EXPECT_THAT(parse_lines(std::string(1U << 20, '\n'), "V"), IsEmpty());
}

TEST(Lines, TakesDeepNestingAsText) {
  const auto nested = std::string(500, '[') + std::string(500, ']');
  EXPECT_THAT(parse_lines(nested, "V"), ElementsAre(nested));
}

}  // namespace
}  // namespace polyarch::spec
