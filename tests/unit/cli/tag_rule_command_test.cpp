#include <gmock/gmock.h>

#include "app/image_names.hpp"
#include "base/error.hpp"
#include "unit/cli/world.hpp"

namespace polyarch::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Variables = std::map<std::string, std::string, std::less<>>;

// The tags of a build that the Git tag v1.2.3 began.
std::vector<std::string> tags_by(std::vector<std::string> arguments, const Variables& variables = {}) {
  arguments.insert(arguments.begin(), "build");
  const auto invocation = std::get<Invocation>(parse(std::move(arguments), spec::surroundings(variables)));
  app::Occasion occasion{.now = Clock::Wall{std::chrono::seconds(1'578'616'200)}};
  occasion.trigger.tag = "v1.2.3";
  return app::name_build(std::get<spec::BuildOptions>(invocation.options), occasion).options.tags;
}

TEST(TagRuleCommand, RulesAreFlags) {
  EXPECT_THAT(tags_by({"--image", "r.example/app", "--tag-rule", "type=semver,pattern={{major}}.{{minor}}",
                       "--tag-rule", "type=raw,\"value={{date 'YYYY, MM'}}\"", "."}),
              ElementsAre("r.example/app:1.2", "r.example/app:2020-01", "r.example/app:latest"));
  EXPECT_THAT(tags_by({"--image=a", "--image=b,enable=false", "--flavor=latest=false,prefix=x-", "-t", "c:1", "."}),
              ElementsAre("c:1", "a:x-v1.2.3"));
}

TEST(TagRuleCommand, RulesAreVariables) {
  EXPECT_THAT(tags_by({"."}, {{"POLYARCH_IMAGES", "a\nb"},
                              {"POLYARCH_TAG_RULES", "type=raw,value=x\n\ntype=ref,event=tag"},
                              {"POLYARCH_FLAVOR", "latest=false\nsuffix=-s"}}),
              ElementsAre("a:v1.2.3-s", "a:x-s", "b:v1.2.3-s", "b:x-s"));
  EXPECT_THAT(tags_by({"--tag-rule", "flag", "--image", "a", "--flavor", "latest=false", "."},
                      {{"POLYARCH_TAG_RULES", "variable"}}),
              ElementsAre("a:flag"))
      << "a flag stands in for its variable";
}

// Nothing is asked of the world before the rules are understood.
TEST(TagRuleCommand, BadRulesAreRefusedAtOnce) {
  const std::pair<std::vector<std::string>, const char*> bad[] = {
      {{"--image", "a", "--tag-rule", "type=great"}, "type=great"},
      {{"--image", "a", "--tag-rule", "type=raw,value={{nothing}}"}, "nothing"},
      {{"--image", "a", "--tag-rule", "type=raw,value={{date 'YYYY' tz='No/Where'}}"}, "No/Where"},
      {{"--image", "a", "--tag-rule", "type=match,pattern=(,value=x"}, "regular expression"},
      {{"--image", "a,color=red"}, "color"},
      {{"--image", "a", "--flavor", "latest=maybe"}, "latest=maybe"},
      {{"--tag-rule", "type=sha"}, "--image"},
      {{"--push", "--image", "a", "--tag-rule", "type=ref,event=pr"}, "no tag rule fits"},
  };
  for (auto [arguments, telling] : bad) {
    for (const auto* command : {"build", "plan"}) {
      auto all = arguments;
      all.insert(all.begin(), command);
      all.emplace_back("/nowhere");
      try {
        World().run(all);
        ADD_FAILURE() << "accepted";
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::usage) << error.message();
        EXPECT_THAT(error.message() + error.hint(), HasSubstr(telling));
      }
    }
  }
}

}  // namespace
}  // namespace polyarch::cli
