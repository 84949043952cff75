#include "app/tag_pattern.hpp"

#include <chrono>
#include <gmock/gmock.h>

#include "base/error.hpp"

namespace polyarch::app {
namespace {

TEST(TagPattern, FindsAGroup) {
  const struct {
    const char* pattern;
    const char* text;
    std::size_t group;
    std::optional<std::string> found;
  } examples[] = {
      {"\\d+", "20200110-RC2", 0, "20200110"},
      {"v(.*)", "v1.2", 1, "1.2"},
      {"v(.*?)-", "v1-2-3", 1, "1"},
      {"^v(\\d)$", "v12", 1, std::nullopt},
      {"/V(\\d)/", "v1", 1, std::nullopt},
      {"/V(\\d)/i", "v1", 1, "1"},
      {"/a/b/", "a/b", 0, "a/b"},
      {"a(b)?", "a", 1, std::nullopt},
      {"a", "a", 1, std::nullopt},
      {"", "a", 0, ""},
      {"a", "", 0, std::nullopt},
      {"(a)\\1", "aa", 0, "aa"},
      {"/", "/", 0, "/"},
      {"20200110123456", "v20200110123456", 0, "20200110123456"},
  };
  for (const auto& one : examples) EXPECT_EQ(matched(one.pattern, one.text, one.group), one.found) << one.pattern;
}

TEST(TagPattern, RefusesWhatIsNone) {
  const std::string nested = std::string(20'000, '(') + "x" + std::string(20'000, ')');
  for (const std::string pattern : {"(", "[", "a{2,1}", "*", "/(/i", nested.c_str(), "(x?){999}{999}", "\\5555555555",
                                    "x{5555555555}", "x{1,5555555555}", "x{1234567890,}"})
    EXPECT_THROW(matched(pattern, "x", 0), Error) << pattern.substr(0, 20);
}

TEST(TagPattern, GivesUpOnWhatWouldTakeForEver) {
  const std::string text(100, 'a');
  for (const auto* pattern : {"(a+)+b", "(a*)*$b", "(a|aa)+b", "((a?)?){40}b", "(\\w+\\s?)*$x"}) {
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_THROW(matched(pattern, text, 0), Error) << pattern;
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20)) << pattern;
  }
}

// Patterns that people write, on the longest text.
TEST(TagPattern, TakesOrdinaryPatterns) {
  const auto text = std::string(505, 'a') + "-v1.2.3";
  EXPECT_EQ(matched("v(\\d.\\d.\\d)$", text, 1), "1.2.3");
  EXPECT_EQ(matched("^.*-v(.*)$", text, 1), "1.2.3");
  EXPECT_EQ(matched("[a-z]+-v(\\d+)(\\.\\d+)*", text, 1), "1");
  EXPECT_EQ(matched("(.*)x", text, 1), std::nullopt);
  EXPECT_EQ(matched("v(.*)", text + "4", 1), std::nullopt) << "longer than names of Git are";
}

}  // namespace
}  // namespace polyarch::app
