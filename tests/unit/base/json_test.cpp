#include "base/json.hpp"

#include <fmt/core.h>
#include <gmock/gmock.h>

#include "base/error.hpp"

namespace polyarch {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string refusal(std::string_view text, std::size_t max_bytes = 1 << 20) {
  try {
    parse_json(text, "the file", max_bytes);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input);
    return error.message();
  }
  return "accepted";
}

std::string nested(std::size_t depth, const std::string& open, const std::string& close) {
  std::string out;
  for (std::size_t i = 0; i < depth; ++i) out += open;
  out += "1";
  for (std::size_t i = 0; i < depth; ++i) out += close;
  return out;
}

TEST(Json, ParsesWhatIsValid) {
  EXPECT_EQ(parse_json(R"({"a":[1,null,"\u00e9"]})", "x").dump(), "{\"a\":[1,null,\"\xc3\xa9\"]}");
  EXPECT_EQ(parse_json(" 7 ", "x"), 7);
}

TEST(Json, RefusesWhatIsMalformed) {
  using namespace std::string_literals;
  for (const auto& text :
       {""s, "{"s, "{}}"s, "{'a':1}"s, "[1,]"s, "{\"a\" 1}"s, "nan"s, "01"s, "[1] x"s, "\"a\nb\""s, "\"\xff\""s,
        "\"\xc0\xaf\""s, "\"\xed\xa0\x80\""s, R"("\ud800")"s, R"("\x41")"s, "1e999"s, "-1e999"s, "\0"s, "{} // no"s}) {
    EXPECT_EQ(refusal(text), "the file: not valid JSON") << text;
  }
}

TEST(Json, BoundsDepth) {
  EXPECT_EQ(refusal(nested(64, "[", "]")), "accepted");
  EXPECT_EQ(refusal(nested(64, R"({"a":)", "}")), "accepted");
  for (const auto depth : {65U, 100U, 50'000U}) {
    EXPECT_THAT(refusal(nested(depth, "[", "]")), HasSubstr("deeper than 64")) << depth;
    EXPECT_THAT(refusal(nested(depth, R"({"a":)", "}")), HasSubstr("deeper than 64")) << depth;
  }
  EXPECT_THAT(refusal(std::string(1 << 16, '[')), StartsWith("the file: ")) << "never closed";
}

TEST(Json, BoundsSize) {
  EXPECT_EQ(refusal("[1]", 3), "accepted");
  EXPECT_THAT(refusal("[1] ", 3), HasSubstr("4 bytes of JSON, more than the 3"));
}

TEST(Json, IsNoDeeperForBracketsInStrings) {
  EXPECT_EQ(refusal("[\"" + std::string(100, '[') + "\\\"" + std::string(100, '{') + "\"]"), "accepted");
  EXPECT_THAT(refusal("[\"\\\\\"," + nested(64, "[", "]") + "]"), HasSubstr("deeper than 64"));
}

TEST(Json, ReadsMembersOfTheRightType) {
  const auto object = parse_json(R"({"s":"x","n":18446744073709551615,"null":null})", "x");
  EXPECT_EQ(string_at(object, "s", "x"), "x");
  EXPECT_EQ(unsigned_at(object, "n", "x"), 18446744073709551615U);
  EXPECT_EQ(string_at(object, "none", "x"), std::nullopt);
  EXPECT_EQ(string_at(object, "null", "x"), std::nullopt);
  EXPECT_EQ(unsigned_at(object, "null", "x"), std::nullopt);
}

TEST(Json, RefusesMembersOfAnotherType) {
  for (const auto* value : {"1", "true", "[]", "{}"}) {
    const auto object = parse_json(fmt::format(R"({{"k":{}}})", value), "x");
    EXPECT_THROW(string_at(object, "k", "x"), Error) << value;
  }
  for (const auto* value : {"-1", "1.0", "1e3", "18446744073709551616", "1e300", "\"1\"", "true", "[]", "{}"}) {
    const auto object = parse_json(fmt::format(R"({{"k":{}}})", value), "x");
    EXPECT_THROW(unsigned_at(object, "k", "x"), Error) << value;
  }
  for (const auto* text : {"[]", "1", "null", "\"k\""}) {
    EXPECT_THROW(string_at(parse_json(text, "x"), "k", "x"), Error) << text;
    EXPECT_THROW(unsigned_at(parse_json(text, "x"), "k", "x"), Error) << text;
  }
}

TEST(Json, NamesTheSourceAndTheKey) {
  try {
    string_at(parse_json(R"({"k":1})", "x"), "k", "manifest of r.example/app:1");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "manifest of r.example/app:1: 'k' is not a string");
  }
}

}  // namespace
}  // namespace polyarch
