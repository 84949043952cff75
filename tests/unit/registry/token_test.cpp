#include "registry/token.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace polyarch::registry {
namespace {

TEST(Token, TakesEitherNameAndTheLifetime) {
  EXPECT_EQ(parse_token(R"({"token":"abc","expires_in":300})", "t").value, "abc");
  EXPECT_EQ(parse_token(R"({"token":"abc","expires_in":300})", "t").lifetime, std::chrono::seconds(300));
  EXPECT_EQ(parse_token(R"({"token":"","access_token":"def"})", "t").value, "def");
  EXPECT_EQ(parse_token(R"({"access_token":"def","expires_in":0})", "t").lifetime, std::chrono::seconds(60));
  EXPECT_LE(parse_token(R"({"token":"a","expires_in":18446744073709551615})", "t").lifetime, std::chrono::hours(24));
}

TEST(Token, RefusesWhatCannotStandInAField) {
  for (const auto* body :
       {"", "{}", "[]", "null", "\"abc\"", R"({"token":7})", R"({"token":"a\r\nX: y"})", R"({"token":"a b"})",
        R"({"token":"\u00e9"})", R"({"token":"a","expires_in":"x"})", R"({"token":"a","expires_in":-1})"}) {
    EXPECT_THROW(parse_token(body, "t"), Error) << body;
  }
  EXPECT_THROW(parse_token(R"({"token":")" + std::string(100'000, 'x') + R"("})", "t"), Error);
}

}  // namespace
}  // namespace polyarch::registry
