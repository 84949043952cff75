#include "app/image_names.hpp"

#include <fmt/core.h>
#include <gmock/gmock.h>

#include "app/scoped.hpp"
#include "base/error.hpp"
#include "spec/lines.hpp"

namespace polyarch::app {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;

// A push to main at 2020-01-10 00:30:00 UTC, of a commit of the day before.
Occasion pushed_branch() {
  Occasion out{.now = Clock::Wall{std::chrono::sys_days(std::chrono::year(2020) / 1 / 10) + std::chrono::minutes(30)}};
  out.trigger.branch = "main";
  out.trigger.commit = "90dd6032fac8bda1b6c4436a2e65de27961ed071";
  out.trigger.title = "app";
  out.trigger.url = "https://git.example/me/app";
  out.trigger.commit_date = out.now - std::chrono::days(1);
  return out;
}

spec::BuildOptions naming(const std::vector<std::string>& images, const std::vector<std::string>& rules = {}) {
  spec::BuildOptions options;
  options.images = images;
  options.tag_rules = rules;
  return options;
}

std::vector<std::string> tags_of(const std::vector<std::string>& images) {
  return name_build(naming(images), pushed_branch()).options.tags;
}

// What BuildKit makes of them: of one key, the last value.
std::map<std::string, std::string> merged(const std::vector<std::string>& texts) {
  std::map<std::string, std::string> out;
  for (const auto& text : texts) out[text.substr(0, text.find('='))] = text.substr(text.find('=') + 1);
  return out;
}

TEST(ImageNames, LeaveABuildWithoutRulesAlone) {
  spec::BuildOptions options;
  options.tags = {"r.example/app:1"};
  options.labels = {"a={{branch}} {{"};
  const auto named = name_build(options, pushed_branch());
  EXPECT_FALSE(named.names);
  EXPECT_EQ(named.options.tags, options.tags);
  EXPECT_EQ(named.options.labels, options.labels);
}

TEST(ImageNames, AreMadeInEveryRepositoryThatIsEnabled) {
  EXPECT_THAT(tags_of({"r.example/app", "name=Ghcr.IO/Me/App"}),
              ElementsAre("r.example/app:main", "ghcr.io/me/app:main"));
  EXPECT_THAT(tags_of({"name=a,enable=false", " name = b , ENABLE = true "}), ElementsAre("b:main"));
  EXPECT_THAT(tags_of({"localhost:5000/app"}), ElementsAre("localhost:5000/app:main"));
}

TEST(ImageNames, StandBesideTheTagsThatWereGiven) {
  auto options = naming({"r.example/app"}, {"type=raw,value=x"});
  options.tags = {"r.example/app:1"};
  const auto named = name_build(options, pushed_branch());
  EXPECT_THAT(named.options.tags, ElementsAre("r.example/app:1", "r.example/app:x"));
  EXPECT_THAT(named.names->tags, ElementsAre("r.example/app:x"));
  EXPECT_EQ(named.names->version, "x");
}

TEST(ImageNames, RefuseImagesThatCannotBe) {
  for (const auto& images : std::vector<std::vector<std::string>>{{},
                                                                  {""},
                                                                  {","},
                                                                  {"a,enable=maybe"},
                                                                  {"a,enable={{is_default_branch}}"},
                                                                  {"a,color=red"},
                                                                  {"a,enable=false"}}) {
    EXPECT_THROW(name_build(naming(images, {"type=sha"}), pushed_branch()), Error) << ::testing::PrintToString(images);
  }
}

TEST(ImageNames, APushNeedsAName) {
  auto options = naming({"r.example/app"}, {"type=ref,event=tag"});
  EXPECT_THAT(name_build(options, pushed_branch()).options.tags, IsEmpty());
  options.push = true;
  EXPECT_THROW(name_build(options, pushed_branch()), Error);
  options.tags = {"r.example/app:1"};
  EXPECT_THAT(name_build(options, pushed_branch()).options.tags, ElementsAre("r.example/app:1"));
}

TEST(ImageNames, BringLabelsAndAnnotations) {
  const auto options = name_build(naming({"r.example/app"}), pushed_branch()).options;
  const std::string prefix = "org.opencontainers.image.";
  EXPECT_THAT(options.labels, ElementsAre(prefix + "title=app", prefix + "url=https://git.example/me/app",
                                          prefix + "source=https://git.example/me/app", prefix + "version=main",
                                          prefix + "created=2020-01-09T00:30:00.000Z",
                                          prefix + "revision=90dd6032fac8bda1b6c4436a2e65de27961ed071"));
  EXPECT_EQ(options.annotations, options.labels);
}

TEST(ImageNames, TheDateIsTheSameInAllJobsOfARun) {
  const auto created = [](const spec::BuildOptions& options, const Occasion& occasion) {
    return merged(name_build(options, occasion).options.labels)["org.opencontainers.image.created"];
  };
  auto options = naming({"r.example/app"});
  auto occasion = pushed_branch();
  occasion.trigger.commit_date.reset();
  EXPECT_EQ(created(options, occasion), "2020-01-10T00:30:00.000Z");
  options.only = {"linux/arm64"};
  EXPECT_EQ(created(options, occasion), "");
  EXPECT_EQ(created(options, pushed_branch()), "2020-01-09T00:30:00.000Z");
}

// Its jobs would make other tags, and none would find the records of the others.
TEST(ImageNames, WarnOfTheTimeInTheTagsOfARun) {
  const auto warnings = [](const std::string& value, const std::vector<std::string>& only) {
    auto options = naming({"r.example/app"}, {"type=raw,value=" + value});
    options.only = only;
    return name_build(options, pushed_branch()).names->warnings;
  };
  for (const auto* const format : {"YYYYMMDD", "HHmmss", "mm"}) {
    const auto date = fmt::format("{{{{date '{}'}}}}", format);
    EXPECT_THAT(warnings("n-" + date, {"linux/arm64"}), ElementsAre(HasSubstr("n-"))) << format;
    EXPECT_THAT(warnings("n-" + date, {}), IsEmpty()) << format;
  }
  EXPECT_THAT(warnings("n-{{commit_date 'HHmmss'}}", {"linux/arm64"}), IsEmpty());
}

TEST(ImageNames, WhatIsGivenStays) {
  const std::string title = "org.opencontainers.image.title";
  auto options = naming({"r.example/app"});
  options.labels = {title + "=Mine {{branch}}", "linux/arm64:" + title + "=Arm"};
  options.annotations = {"manifest:" + title + "=Mine"};
  const auto named = name_build(options, pushed_branch()).options;
  const auto labels_of = [&](const char* platform) {
    return merged(values_for(named.labels, oci::Platform::parse(platform)))[title];
  };
  EXPECT_EQ(labels_of("linux/amd64"), "Mine main");
  EXPECT_EQ(labels_of("linux/arm64"), "Arm");
  EXPECT_EQ(named.annotations.back(), "manifest:" + title + "=Mine") << "the last one counts";
}

// One platform's label, or an annotation of the index, says nothing of the others.
TEST(ImageNames, WhatIsGivenForAPartLeavesTheRest) {
  const std::string title = "org.opencontainers.image.title";
  auto options = naming({"r.example/app"});
  options.labels = {"linux/arm64:" + title + "=Arm"};
  options.annotations = {"index:" + title + "=All"};
  const auto named = name_build(options, pushed_branch()).options;
  EXPECT_EQ(merged(values_for(named.labels, oci::Platform::parse("linux/amd64")))[title], "app");
  EXPECT_EQ(merged(values_for(named.labels, oci::Platform::parse("linux/arm64")))[title], "Arm");
  EXPECT_THAT(named.annotations, Contains(title + "=app"));
}

TEST(ImageNames, TextOfStrangersIsNoTemplateAndNoKey) {
  auto occasion = pushed_branch();
  occasion.trigger.title = "{{sha}}{{";
  occasion.trigger.description = "a=b\n\"c\" \xff";
  const auto named = name_build(naming({"r.example/app"}), occasion);
  EXPECT_THAT(named.options.labels, Contains("org.opencontainers.image.title={{sha}}{{"));
  EXPECT_EQ(named.names->to_json()["labels"]["org.opencontainers.image.description"], "a=b\n\"c\" \xff");
  const auto text = named.names->to_json().dump(-1, ' ', false, Json::error_handler_t::replace);
  EXPECT_THAT(text, Not(HasSubstr("\n")));
}

std::map<std::string, std::string> outputs_of(const spec::BuildOptions& options, const Occasion& occasion = {}) {
  const auto outputs = name_build(options, occasion).names->outputs();
  return {outputs.begin(), outputs.end()};
}

TEST(ImageNames, AreOutputsAsMetadataActionHasThem) {
  auto options = naming({"a", "b"}, {"x", "y"});
  options.labels = {"k=1", "k=2", "linux/arm64:k=3", "org.opencontainers.image.created=", "nothing"};
  options.annotations = {"k=v",
                         "index:k=w",
                         "index,manifest:k=x",
                         "manifest[linux/arm64]:k=y",
                         "a:b=c",
                         "org.opencontainers.image.created=",
                         "org.opencontainers.image.version="};
  EXPECT_THAT(
      outputs_of(options),
      ::testing::UnorderedElementsAre(
          Pair("version", "x"), Pair("tags", "a:x,a:y,b:x,b:y"), Pair("tag-names", "x,y"),
          Pair("labels", "org.opencontainers.image.version=x\nk=2\norg.opencontainers.image.created="),
          Pair("annotations",
               "manifest:k=v\nindex:k=w\nindex,manifest:k=x\nmanifest[linux/arm64]:k=y\nmanifest:a:b=c\n"
               "manifest:org.opencontainers.image.created=\nmanifest:org.opencontainers.image.version="),
          Pair("json", R"({"annotations":["manifest:k=v","index:k=w","index,manifest:k=x","manifest[linux/arm64]:k=y",)"
                       R"("manifest:a:b=c","manifest:org.opencontainers.image.created=",)"
                       R"("manifest:org.opencontainers.image.version="],"labels":{"k":"2",)"
                       R"("org.opencontainers.image.created":"","org.opencontainers.image.version":"x"},)"
                       R"("tag-names":["x","y"],"tags":["a:x","a:y","b:x","b:y"],"version":"x"})")));
}

// An output is read as an input again.
TEST(ImageNames, ALabelCannotBecomeTwo) {
  auto options = naming({"a"}, {"x"});
  options.labels = {"k=one\nother=two \"three\"", "\"=q"};
  auto read = spec::parse_lines(outputs_of(options)["labels"], "labels");
  EXPECT_THAT(read, ::testing::IsSupersetOf(options.labels));
  EXPECT_THAT(read, ::testing::SizeIs(4));
}

}  // namespace
}  // namespace polyarch::app
