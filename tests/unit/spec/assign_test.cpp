#include "spec/assign.hpp"

#include <gmock/gmock.h>

#include "sample.hpp"

namespace polyarch::spec {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

Sample assigned(std::string_view name, const std::vector<std::string>& texts) {
  Sample sample;
  for (const auto& field : sample_command().fields) {
    if (field.name == name) assign(field, sample, "--" + std::string(name), texts);
  }
  return sample;
}

TEST(Assign, ReadsTheWordsForTrueAndFalse) {
  for (const auto* word : {"true", "TRUE", "1", " true "}) EXPECT_TRUE(assigned("push", {word}).push) << word;
  for (const auto* word : {"false", "False", "0"}) EXPECT_FALSE(assigned("push", {"true", word}).push) << word;
}

TEST(Assign, RefusesOtherWordsForAFlag) {
  for (const auto* word : {"yes", "", "2", "truee"}) {
    EXPECT_THAT(usage_error([&] { assigned("push", {word}); }), AllOf(HasSubstr("--push"), HasSubstr("true or false")));
  }
}

TEST(Assign, ReadsWholeNumbers) {
  EXPECT_EQ(assigned("count", {"42"}).count, 42);
  for (const auto* word : {"-1", "4x", "", "2147483648", "99999999999999999999999"}) {
    EXPECT_THAT(usage_error([&] { assigned("count", {word}); }), HasSubstr("--count")) << word;
  }
}

TEST(Assign, TheLastOfSeveralTextsWins) {
  EXPECT_EQ(assigned("mode", {"off", "auto"}).mode, "auto");
}

TEST(Assign, ChecksChoices) {
  EXPECT_THAT(usage_error([] { assigned("mode", {"on"}); }), AllOf(HasSubstr("'on'"), HasSubstr("one of auto, off")));
}

TEST(Assign, SplitsAtCommasWhereTheFieldSaysSo) {
  EXPECT_THAT(assigned("tag", {"a, b,", "c"}).tags, ElementsAre("a", "b", "c"));
  EXPECT_THAT(assigned("build-arg", {"A=1,2", "B= x "}).args, ElementsAre("A=1,2", "B= x "));
}

TEST(Assign, ShowsNoControlCharacters) {
  EXPECT_THAT(usage_error([] { assigned("mode", {"\x1b[31mred\a"}); }),
              AllOf(HasSubstr("'red'"), Not(HasSubstr("\x1b"))));
}

TEST(Assign, NeverShowsASecret) {
  const Option option{.name = "token", .help = "", .kind = Kind::flag, .default_value = "", .more = {.secret = true}};
  EXPECT_THAT(usage_error([&] { to_flag(option, "POLYARCH_TOKEN", "hunter2"); }), Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace polyarch::spec
