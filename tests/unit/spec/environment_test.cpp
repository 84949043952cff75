#include "spec/environment.hpp"

#include <gmock/gmock.h>

#include "base/redact.hpp"
#include "sample.hpp"
#include "surroundings.hpp"

namespace polyarch::spec {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Sample bound(std::map<std::string, std::string, std::less<>> variables) {
  Sample sample;
  bind_environment(sample_command(), sample, surroundings(std::move(variables)));
  return sample;
}

TEST(Environment, LeavesDefaultsWhereNothingIsSet) {
  const auto sample = bound({});
  EXPECT_EQ(sample.mode, "auto");
  EXPECT_EQ(sample.count, 3);
  EXPECT_FALSE(sample.push);
}

TEST(Environment, SetsEveryKind) {
  const auto sample = bound({{"POLYARCH_PUSH", "1"},
                             {"POLYARCH_COUNT", "7"},
                             {"POLYARCH_MODE", " off\n"},
                             {"POLYARCH_TAG", "a,b\nc"},
                             {"POLYARCH_BUILD_ARG", "A=1,2\nB=3"}});
  EXPECT_TRUE(sample.push);
  EXPECT_EQ(sample.count, 7);
  EXPECT_EQ(sample.mode, "off");
  EXPECT_THAT(sample.tags, ElementsAre("a", "b", "c"));
  EXPECT_THAT(sample.args, ElementsAre("A=1,2", "B=3"));
}

TEST(Environment, TakesTheNameOfTheCiInputToo) {
  EXPECT_THAT(bound({{"POLYARCH_TAGS", "a"}}).tags, ElementsAre("a"));
  EXPECT_THAT(bound({{"POLYARCH_TAGS", "a"}, {"POLYARCH_TAG", "a"}}).tags, ElementsAre("a"));
  EXPECT_THAT(usage_error([] {
                bound({{"POLYARCH_TAGS", "a"}, {"POLYARCH_TAG", "b"}});
              }),
              AllOf(HasSubstr("POLYARCH_TAGS"), HasSubstr("POLYARCH_TAG "), HasSubstr("different")));
}

TEST(Environment, NamesTheVariableThatIsWrong) {
  EXPECT_THAT(usage_error([] { bound({{"POLYARCH_PUSH", "maybe"}}); }), HasSubstr("POLYARCH_PUSH: 'maybe'"));
}

TEST(Environment, MasksSecrets) {
  EXPECT_EQ(bound({{"POLYARCH_TOKEN", "s3cr3t-of-the-test"}}).token, "s3cr3t-of-the-test");
  EXPECT_EQ(redactor().apply("got s3cr3t-of-the-test"), "got ***");
}

TEST(Environment, MasksTheValueOfANamedSecret) {
  const Option option{.name = "secret", .help = "", .kind = Kind::list, .default_value = "", .more = {.secret = true}};
  find_setting(option, surroundings({{"POLYARCH_SECRET", "npm=token-of-npm\n\"pem=first-line\nsecond-line\""}}));
  EXPECT_EQ(redactor().apply("token-of-npm first-line second-line"), "*** *** ***");
}

TEST(Environment, ReadsSecretsFromFilesAndNothingElse) {
  EXPECT_EQ(bound({{"POLYARCH_TOKEN_FILE", "/run/token"}}).token, "content of /run/token");
  EXPECT_EQ(bound({{"POLYARCH_MODE_FILE", "/run/mode"}}).mode, "auto");
}

}  // namespace
}  // namespace polyarch::spec
