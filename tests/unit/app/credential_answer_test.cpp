#include "app/credential_answer.hpp"

#include <gtest/gtest.h>
#include <sstream>

#include "base/json.hpp"

namespace polyarch::app {
namespace {

struct Answered {
  int status;
  std::string out;
};

Answered answered(const std::string& action, const std::string& in, const std::optional<std::string>& answers) {
  std::istringstream input(in);
  std::ostringstream out;
  const auto environment = [&](std::string_view name) { return name == helper_variable ? answers : std::nullopt; };
  const int status = answer_credentials(action, environment, input, out);
  return {status, out.str()};
}

const std::string known =
    helper_answers({{"r.example:5000", {"me", "pass\"word", ""}}, {"t.example", {"", "", "a-token"}}});

TEST(CredentialAnswer, GivesTheLoginOfItsServer) {
  const auto got = answered("get", "r.example:5000\n", known);
  EXPECT_EQ(got.status, 0);
  const auto answer = Json::parse(got.out);
  EXPECT_EQ(answer.at("ServerURL"), "r.example:5000");
  EXPECT_EQ(answer.at("Username"), "me");
  EXPECT_EQ(answer.at("Secret"), "pass\"word");
  EXPECT_EQ(Json::parse(answered("get", "t.example", known).out).at("Username"), "<token>");
}

TEST(CredentialAnswer, SaysSoWhenItHasNone) {
  for (const auto& answers : {std::optional(known), std::optional<std::string>(), std::optional<std::string>("[1"),
                              std::optional<std::string>("[]")}) {
    const auto got = answered("get", "other.example", answers);
    EXPECT_EQ(got.status, 1);
    EXPECT_EQ(got.out, "credentials not found in native keychain\n");
  }
}

TEST(CredentialAnswer, ListsNamesAndStoresNothing) {
  EXPECT_EQ(Json::parse(answered("list", "", known).out), (Json{{"r.example:5000", "me"}, {"t.example", "<token>"}}));
  EXPECT_EQ(answered("store", R"({"ServerURL":"r.example:5000"})", known).status, 1);
}

}  // namespace
}  // namespace polyarch::app
