#include "base/redact.hpp"

#include <gtest/gtest.h>
#include <thread>

#include "base/text.hpp"

namespace polyarch {
namespace {

TEST(Redactor, MasksEveryOccurrence) {
  Redactor redactor;
  redactor.add("hunter22");
  EXPECT_EQ(redactor.apply("a hunter22, hunter22hunter22"), "a ***, ******");
  EXPECT_EQ(redactor.apply("hunter"), "hunter");
  EXPECT_EQ(redactor.apply(""), "");
}

TEST(Redactor, MasksEncodedForms) {
  Redactor redactor;
  redactor.add("p@ss word/1");
  EXPECT_EQ(redactor.apply("cEBzcyB3b3JkLzE="), "***");
  EXPECT_EQ(redactor.apply("https://u:p%40ss%20word%2F1@h/"), "https://u:***@h/");
}

TEST(Redactor, MasksASecretFromAFileAsItIsUsed) {
  Redactor redactor;
  redactor.add("p@ssword\n");
  EXPECT_EQ(redactor.apply("<p@ssword>"), "<***>");
  EXPECT_EQ(redactor.apply("<p%40ssword>"), "<***>");
  EXPECT_EQ(redactor.apply("<" + text::base64_encode("p@ssword") + ">"), "<***>");
  EXPECT_EQ(redactor.apply("<" + text::base64_encode("p@ssword\n") + ">"), "<***>");
}

TEST(Redactor, MasksLinesOfASecretOnTheirOwn) {
  Redactor redactor;
  redactor.add("first line\r\n  second line\n}\n");
  EXPECT_EQ(redactor.apply("> first line"), "> ***");
  EXPECT_EQ(redactor.apply("> second line"), "> ***");
  EXPECT_EQ(redactor.apply("}"), "}") << "a line that is too short to be a secret";
}

TEST(Redactor, TheLongerSecretGoesFirst) {
  Redactor redactor;
  redactor.add("token");
  redactor.add("token-with-tail");
  EXPECT_EQ(redactor.apply("token-with-tail token"), "*** ***");
}

TEST(Redactor, LeavesWhatIsTooShort) {
  Redactor redactor;
  for (const auto* secret : {"", "abc", "abc\n", "  \n \t  "}) redactor.add(secret);
  EXPECT_EQ(redactor.apply("abc YWJj YWJjCg== \n      "), "abc YWJj YWJjCg== \n      ");
}

TEST(Redactor, ServesSeveralThreads) {
  Redactor redactor;
  redactor.add("constant-secret");
  std::thread writer([&] {
    for (int i = 0; i < 200; ++i) redactor.add("secret-" + std::to_string(i));
  });
  for (int i = 0; i < 200; ++i) EXPECT_EQ(redactor.apply("constant-secret"), "***");
  writer.join();
  EXPECT_EQ(redactor.apply("secret-199"), "***");
}

TEST(RedactUrl, HidesUserAndQuery) {
  struct Row {
    const char* url;
    const char* shown;
  };
  for (const auto& row : std::initializer_list<Row>{
           {"https://user:pw@host/path?token=1#f", "https://***@host/path?***"},
           {"https://host/path", "https://host/path"},
           {"https://a@b@host/", "https://***@host/"},
           {"https://host/p@th", "https://host/p@th"},
           {"https://host?u@x", "https://host?***"},
           {"user:pw@host/path", "***@host/path"},
           {"user:pw@host", "***@host"},
           {"", ""},
           {"@", "***@"},
           {"?", "?***"},
       }) {
    EXPECT_EQ(redact_url(row.url), row.shown) << row.url;
  }
}

}  // namespace
}  // namespace polyarch
