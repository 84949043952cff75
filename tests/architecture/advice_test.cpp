#include "architecture/advice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.hpp"

// docs/troubleshooting.md has a row for whatever the engine advises, and none for what it no longer says.
namespace polyarch::architecture {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* page = "docs/troubleshooting.md";

const std::vector<SourceFile>& sources() {
  static const auto files = read_sources();
  return files;
}

const AllAdvice& advice_of_sources() {
  static const auto all = read_advice(sources());
  return all;
}

std::vector<std::string> rows() {
  std::vector<std::string> out;
  for (const auto& file : sources()) {
    if (file.path != page) continue;
    for (const auto& line : text::split(file.content, '\n')) {
      if (line.starts_with("| ") && !line.starts_with("| it says")) out.emplace_back(line);
    }
  }
  return out;
}

bool is_of(const Advice& advice, const std::string& row) {
  return advice.message.empty() ? row.ends_with(row_of(advice)) : row == row_of(advice);
}

TEST(Troubleshooting, HasARowForEveryHint) {
  const auto& all = advice_of_sources();
  EXPECT_GT(all.advice.size(), 200U);
  const auto written = rows();
  for (const auto& advice : all.advice) {
    const bool found = std::ranges::any_of(written, [&](const auto& row) { return is_of(advice, row); });
    EXPECT_TRUE(found) << page << " lacks, of " << advice.where << " (" << advice.kind << "):\n" << row_of(advice);
  }
}

TEST(Troubleshooting, HasNoRowThatNothingSays) {
  const auto& all = advice_of_sources();
  for (const auto& row : rows()) {
    const bool found = std::ranges::any_of(all.advice, [&](const auto& advice) { return is_of(advice, row); });
    EXPECT_TRUE(found) << page << ": nothing in core/ says\n" << row;
  }
}

TEST(Advice, EveryHintIsRead) {
  EXPECT_THAT(advice_of_sources().unread, IsEmpty());
}

std::vector<std::string> rows_of(const std::string& code) {
  const auto all =
      read_advice({{"core/base/error.hpp", "Error(ErrorKind kind, std::string message, std::string hint = {});"},
                   {"core/app/x.cpp", code}});
  std::vector<std::string> out;
  for (const auto& advice : all.advice) out.push_back(advice.kind + row_of(advice));
  for (const auto& breach : all.unread) out.push_back(breach);
  return out;
}

TEST(Advice, IsReadFromExceptions) {
  EXPECT_THAT(rows_of(R"x(throw Error(ErrorKind::input, fmt::format("{} is {{odd}}", f("a, b")), "cut "  // so
                                      "it");)x"),
              ElementsAre("input| `… is {odd}` | cut it |"));
  EXPECT_THAT(rows_of(R"(throw Error(kind, "a" + name + "b", good ? "x|y" : fmt::format("z {0}", 1));)"),
              ElementsAre("| `a…b` | x\\|y |", "| `a…b` | z … |"));
  EXPECT_THAT(rows_of(R"(throw Error(ErrorKind::input, "no hint"); // Error(k, "m", "hint"))"), IsEmpty());
}

TEST(Advice, IsReadFromVariablesAndFunctions) {
  EXPECT_THAT(rows_of(R"(auto h = "try";  throw Error(ErrorKind::usage, m, h);)"), ElementsAre("usage | try |"));
  EXPECT_THAT(rows_of(R"(std::string g(int a) { if (a) return "one"; return ""; } Error(ErrorKind::usage, "m", g(1)))"),
              ElementsAre("usage| `m` | one |"));
  EXPECT_THAT(rows_of(R"(constexpr const char* go_cure = "GOARCH";)"), ElementsAre(" | GOARCH |"));
}

TEST(Advice, IsReadFromWhoeverTakesAHint) {
  EXPECT_THAT(
      rows_of(R"(void fail(int line, std::string_view what, std::string hint = {}) { throw Error(k, what, hint); }
                         void f() { fail(1, "bad", "better"); fail(2, "worse"); })"),
      ElementsAre("| `bad` | better |"));
  EXPECT_THAT(rows_of(R"(w.push_back({.message = "slow", .line = 1, .hint = "wait"});)"),
              ElementsAre("| `slow` | wait |"));
}

TEST(Advice, OfUnknownOriginIsABreach) {
  EXPECT_THAT(rows_of("\nthrow Error(ErrorKind::usage, \"m\", whatever);"),
              ElementsAre(HasSubstr("core/app/x.cpp:2: where does this hint come from? whatever")));
}

}  // namespace
}  // namespace polyarch::architecture
