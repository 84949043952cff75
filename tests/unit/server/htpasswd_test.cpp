#include "server/htpasswd.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace polyarch::server {
namespace {

// `htpasswd -nbB -C 4 ann secret`, and the same for bob with "pass:word".
const std::string ann = "ann:$2y$04$/VSBAfeU4FqVigNoyNnKA.thP1KYNDbcRm/R3Z1H2YZM0G6twY5Hi";
const std::string bob = "bob:$2y$04$z3aExD7F5JUOdsInYKZnJ.61/r.0ydZ6mxwoTLvFSDp1Yha/Vu1PW";

std::string basic(const std::string& pair) {
  return "Basic " + text::base64_encode(pair);
}

TEST(Htpasswd, LetsInWhoKnowsThePassword) {
  const auto users = Htpasswd::parse("# people\n\n" + ann + "\r\n  " + bob, "users");
  for (int again = 0; again < 2; ++again) {
    EXPECT_TRUE(users.allows(basic("ann:secret")));
    EXPECT_TRUE(users.allows(basic("bob:pass:word")));
    EXPECT_TRUE(users.allows("basic  " + text::base64_encode("ann:secret")));
    EXPECT_FALSE(users.allows(basic("ann:pass:word")));
    EXPECT_FALSE(users.allows(basic("ann:Secret")));
    EXPECT_FALSE(users.allows(basic("ann:")));
    EXPECT_FALSE(users.allows(basic("eve:secret")));
    EXPECT_FALSE(users.allows(basic(":secret")));
  }
}

TEST(Htpasswd, TakesNothingElseForCredentials) {
  const auto users = Htpasswd::parse(ann, "users");
  for (const auto& header : {std::string(), std::string("Basic"), std::string("Basic "), basic("ann"),
                             "Bearer " + text::base64_encode("ann:secret"), std::string("Basic !!!!"),
                             basic(std::string("ann:secret\0more", 15)), basic("ann:secret" + std::string(5000, ' ')),
                             basic("ann:" + ann.substr(4))}) {
    EXPECT_FALSE(users.allows(header)) << header;
  }
}

// What is not bcrypt is refused with its line, and never taken for a password in the clear.
TEST(Htpasswd, RefusesOtherHashes) {
  const auto hash = ann.substr(4);
  const std::map<std::string, std::string> cases{
      {"ann:secret", "users:3: user ann has no bcrypt hash"},
      {"ann:", "users:3: user ann has no bcrypt hash"},
      {"ann:$apr1$8sFt66rZ$aaaaaaaaaaaaaaaaaaaaa/", "users:3: user ann has an MD5 hash"},
      {"ann:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=", "users:3: user ann has a SHA-1 hash"},
      {"ann:$6$salt$hash", "users:3: user ann has no bcrypt hash"},
      {"ann:" + hash.substr(0, 59), "users:3: user ann has a malformed bcrypt hash, or one of a cost above 16"},
      {"ann:" + hash + "x", "users:3: user ann has a malformed bcrypt hash, or one of a cost above 16"},
      {"ann:$2y$31" + hash.substr(6), "users:3: user ann has a malformed bcrypt hash, or one of a cost above 16"},
      {"ann:$2x$04" + hash.substr(6), "users:3: user ann has a malformed bcrypt hash, or one of a cost above 16"},
      {":" + hash, "users:3: the line is not of the form USER:HASH"},
      {"ann", "users:3: the line is not of the form USER:HASH"},
      {bob, "users:3: user bob stands twice"},
  };
  for (const auto& [line, message] : cases) {
    try {
      Htpasswd::parse(bob + "\n\n" + line + "\n", "users");
      ADD_FAILURE() << line;
    } catch (const Error& error) {
      EXPECT_EQ(error.message(), message);
      EXPECT_EQ(error.kind(), ErrorKind::input);
      EXPECT_THAT(error.hint(), testing::HasSubstr("htpasswd -B"));
    }
  }
}

TEST(Htpasswd, WantsAUser) {
  EXPECT_THROW(Htpasswd::parse("", "users"), Error);
  EXPECT_THROW(Htpasswd::parse("# nobody\n", "users"), Error);
}

}  // namespace
}  // namespace polyarch::server
