#include "app/tag_rules.hpp"

#include <gmock/gmock.h>

#include "app/moment_format.hpp"
#include "app/version_number.hpp"
#include "base/error.hpp"

namespace polyarch::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// 2020-01-10 00:30:00 UTC, a Friday.
const Clock::Wall noted_time{std::chrono::sys_days(std::chrono::year(2020) / 1 / 10) + std::chrono::minutes(30)};

Occasion occasion() {
  Occasion out{.now = noted_time};
  out.trigger.event = "push";
  out.trigger.default_branch = "master";
  out.trigger.commit = "90dd6032fac8bda1b6c4436a2e65de27961ed071";
  return out;
}

Occasion of_branch(const std::string& branch) {
  auto out = occasion();
  out.trigger.branch = branch;
  return out;
}

Occasion of_tag(const std::string& tag) {
  auto out = occasion();
  out.trigger.tag = tag;
  return out;
}

Occasion of_request() {
  auto out = occasion();
  out.trigger.event = "pull_request";
  out.trigger.request = "2";
  out.trigger.base = "master";
  return out;
}

Occasion of_schedule() {
  auto out = of_branch("master");
  out.trigger.event = "schedule";
  return out;
}

std::vector<std::string> names(const std::vector<std::string>& rules, const Occasion& occasion,
                               const std::vector<std::string>& flavor = {}) {
  std::vector<TagRule> parsed;
  for (const auto& rule : rules) parsed.push_back(TagRule::parse(rule));
  return name_tags(std::move(parsed), Flavor::parse(flavor), occasion).names;
}

struct Example {
  Occasion occasion;
  std::vector<std::string> rules;
  std::vector<std::string> names;
};

// What the documentation of metadata-action promises for its inputs.
TEST(TagRules, GiveTheDocumentedNames) {
  const std::vector<std::string> semver{"type=ref,event=branch", "type=ref,event=pr", "type=semver,pattern={{version}}",
                                        "type=semver,pattern={{major}}.{{minor}}"};
  const auto zone = "type=schedule,pattern={{date 'YYYYMMDD-HHmmss' tz='UTC'}}";
  const std::vector<Example> examples{
      // without rules
      {of_request(), {}, {"pr-2"}},
      {of_branch("master"), {}, {"master"}},
      {of_branch("releases/v1"), {}, {"releases-v1"}},
      {of_tag("v1.2.3"), {}, {"v1.2.3", "latest"}},
      {of_tag("v2.0.8-beta.67"), {}, {"v2.0.8-beta.67", "latest"}},
      {of_schedule(), {}, {"nightly", "master"}},
      // versions
      {of_request(), semver, {"pr-2"}},
      {of_branch("releases/v1"), semver, {"releases-v1"}},
      {of_tag("v1.2.3"), semver, {"1.2.3", "1.2", "latest"}},
      {of_tag("v2.0.8-beta.67"), semver, {"2.0.8-beta.67"}},
      {of_tag("v1.2.3"), {"type=semver,pattern={{raw}}"}, {"v1.2.3", "latest"}},
      {of_tag("v1.2.3"), {"type=semver,pattern=v{{major}}"}, {"v1", "latest"}},
      {of_tag("v1.2.3"), {"type=semver,pattern={{minor}}"}, {"2", "latest"}},
      {of_tag("v1.2.3"), {"type=semver,pattern={{patch}}"}, {"3", "latest"}},
      {of_tag("p1/v1.2.3"), {R"(type=semver,pattern={{version}},match=v(\d.\d.\d)$)"}, {"1.2.3", "latest"}},
      {of_tag("v2.0.8-beta.67"), {"type=semver,pattern={{raw}}"}, {"v2.0.8-beta.67"}},
      {of_tag("v2.0.8-beta.67"), {"type=semver,pattern={{major}}"}, {"2.0.8-beta.67"}},
      {of_branch("x"), {R"(type=semver,pattern={{version}},value=p1/v1.0.0,match=v(\d.\d.\d)$)"}, {"1.0.0", "latest"}},
      {of_branch("x"), {"type=semver,pattern={{version}}"}, {}},
      {of_tag("v1.2"), {"type=semver,pattern={{version}}"}, {}},
      {of_tag("v1.2.3"), {"type=pep440,pattern={{version}}"}, {"1.2.3", "latest"}},
      {of_tag("1.2.3"), {"type=pep440,pattern={{major}}.{{minor}}"}, {"1.2", "latest"}},
      {of_tag("v1.2.3rc2"), {"type=pep440,pattern={{raw}}"}, {"v1.2.3rc2"}},
      {of_tag("1.2.3rc2"), {"type=pep440,pattern={{version}}"}, {"1.2.3rc2"}},
      {of_tag("1.2.3post1"), {"type=pep440,pattern={{major}}.{{minor}}"}, {"1.2.3.post1"}},
      {of_tag("1.2.3beta2"), {"type=pep440,pattern={{major}}.{{minor}}"}, {"1.2.3b2"}},
      {of_tag("1.0dev4"), {"type=pep440,pattern={{major}}.{{minor}}"}, {"1.0.dev4"}},
      // matches
      {of_tag("v1.2.3"), {R"(type=match,pattern=\d.\d.\d)"}, {"1.2.3", "latest"}},
      {of_tag("v2.0.8-beta.67"), {"type=match,pattern=v(.*),group=1"}, {"2.0.8-beta.67", "latest"}},
      {of_tag("v2.0.8-beta.67"), {R"(type=match,pattern=v(\d.\d),group=1)"}, {"2.0", "latest"}},
      {of_tag("20200110-RC2"), {R"(type=match,pattern=\d+)"}, {"20200110", "latest"}},
      {of_tag("p1/v1.2.3"), {R"(type=match,pattern=p1/v(\d.\d.\d),group=1)"}, {"1.2.3", "latest"}},
      {of_tag("v1.2.3"), {"type=match,pattern=nothing"}, {}},
      // the others
      {of_branch("master"), {"type=edge"}, {"edge"}},
      {of_branch("main"), {"type=edge,branch=main"}, {"edge"}},
      {of_branch("topic"), {"type=edge"}, {}},
      {of_branch("my/branch"), {"type=ref,event=branch"}, {"my-branch"}},
      {of_tag("v1.2.3"), {"type=ref,event=branch", "type=ref,event=pr"}, {}},
      {of_branch("x"), {"type=raw,value=foo", "type=raw,bar", "baz"}, {"foo", "bar", "baz"}},
      {of_branch("x"), {"type=sha"}, {"sha-90dd603"}},
      {of_branch("x"), {"type=sha,format=long,prefix="}, {"90dd6032fac8bda1b6c4436a2e65de27961ed071"}},
      {of_schedule(), {"type=schedule,pattern={{date 'YYYYMMDD'}}"}, {"20200110"}},
      {of_schedule(), {zone}, {"20200110-003000"}},
      {of_branch("master"), {"type=schedule"}, {}},
      // expressions
      {of_branch("my/branch"), {"type=sha,prefix={{branch}}-"}, {"my-branch-90dd603"}},
      {of_branch("master"), {"type=raw,value=mytag-{{branch}}-{{sha}}"}, {"mytag-master-90dd603"}},
      {of_branch("master"), {"type=raw,value=latest,enable={{is_default_branch}}"}, {"latest"}},
      {of_branch("topic"), {"type=raw,value=latest,enable={{is_default_branch}}"}, {}},
      {of_branch("topic"), {"type=raw,value=x,enable={{is_not_default_branch}}"}, {"x"}},
      {of_request(), {"type=raw,value={{base_ref}}"}, {"master"}},
      {of_request(), {"type=raw,value={{branch}}"}, {}},
      {of_tag("v1"), {"type=raw,value={{tag}}-x"}, {"v1-x"}},
  };
  for (const auto& example : examples) {
    const auto told = ::testing::PrintToString(example.rules);
    EXPECT_EQ(names(example.rules, example.occasion), example.names) << told << " of " << example.occasion.trigger.tag;
  }
}

TEST(TagRules, ThePriorityDecidesWhichIsTheVersion) {
  EXPECT_THAT(names({"type=sha", "type=ref,event=branch", "type=raw,value=x"}, of_branch("b")),
              ElementsAre("b", "x", "sha-90dd603"));
  EXPECT_THAT(names({"type=ref,event=branch", "type=sha,priority=2000"}, of_branch("b")),
              ElementsAre("sha-90dd603", "b"));
}

// The name of the highest priority says whether there is a "latest".
TEST(TagRules, TheFirstNameDecidesOnLatest) {
  const std::vector<std::string> rules{"type=semver,pattern={{version}}", "type=raw,value=x,priority=2000"};
  EXPECT_THAT(names(rules, of_tag("v1.2.3")), ElementsAre("x", "1.2.3"));
  EXPECT_THAT(names(rules, of_tag("v1.2.3"), {"latest=true"}), ElementsAre("x", "1.2.3", "latest"));
  EXPECT_THAT(names({}, of_tag("v1.2.3"), {"latest=false"}), ElementsAre("v1.2.3"));
}

TEST(TagRules, AFlavorFramesEveryName) {
  EXPECT_THAT(names({}, of_tag("v1"), {"prefix=a-,suffix=-z"}), ElementsAre("a-v1-z", "latest"));
  EXPECT_THAT(names({}, of_tag("v1"), {"latest=true", "prefix=a-,onlatest=true", "suffix=-z"}),
              ElementsAre("a-v1-z", "a-latest"));
  EXPECT_THAT(names({"type=ref,event=tag,prefix=,suffix=-own"}, of_tag("v1"), {"prefix=a-,suffix=-z"}),
              ElementsAre("v1-own", "latest"));
}

TEST(TagRules, ANameHoldsOnlyWhatATagMay) {
  EXPECT_THAT(names({}, of_branch("feat/#1 ü_x--y")), ElementsAre("feat-1-_x--y"));
  EXPECT_THAT(names({}, of_branch("-.dot")), ElementsAre("dot"));
  EXPECT_THAT(names({}, of_branch(std::string(500, 'b'))).at(0), SizeIs(128));
  EXPECT_THAT(names({}, of_branch("///")), IsEmpty());
}

TEST(TagRules, SayWhatTheyCouldNotUse) {
  const auto told = name_tags({TagRule::parse("type=semver,pattern={{version}}")}, {}, of_tag("nightly-7"));
  ASSERT_THAT(told.warnings, SizeIs(1));
  EXPECT_THAT(told.warnings[0], HasSubstr("nightly-7 is no version"));
}

TEST(TagRules, RefuseWhatTheyDoNotKnow) {
  for (const auto* rule :
       {"type=great", "type=semver", "type=match", "type=ref", "type=ref,event=push", "type=raw",
        "type=sha,format=tiny", "type=sha,priority=high", "type=sha,color=red", "type=match,pattern=x,group=-1", ""}) {
    EXPECT_THROW(TagRule::parse(rule), Error) << rule;
  }
  for (const auto* rule : {"type=raw,value={{nothing}}", "type=raw,value={{branch", "type=raw,value=x,enable=maybe",
                           "type=match,pattern=(", "type=schedule,pattern={{date 'YYYY' tz='Asia/Tokyo'}}"}) {
    EXPECT_THROW(names({rule},
                       [&] {
                         auto out = of_schedule();
                         out.trigger.tag = "v1";
                         return out;
                       }()),
                 Error)
        << rule;
  }
  for (const auto* flavor : {"latest=maybe", "onlatest=true", "prefix", "color=red"}) {
    EXPECT_THROW(Flavor::parse({flavor}), Error) << flavor;
  }
}

// Tokyo alone, which is nine hours ahead.
TimeZones tokyo_alone() {
  return [](std::string_view name) -> std::optional<TimeZone> {
    const std::string_view head("TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 36);
    const std::string_view counts("\0\0\0\1\0\0\0\4", 8);
    const std::string_view type("\0\0\x7e\x90\0\0JST\0", 10);
    if (name != "Asia/Tokyo") return std::nullopt;
    std::string bytes;
    for (int i = 0; i < 2; ++i) bytes.append(head).append(counts).append(type);
    return TimeZone::parse(bytes + "\nJST-9\n");
  };
}

TEST(TagRules, TimesMayBeOfAZone) {
  auto scheduled = of_schedule();
  scheduled.zones = tokyo_alone();
  scheduled.trigger.commit_date = noted_time - std::chrono::days(1);
  EXPECT_THAT(names({"type=schedule,pattern={{date 'YYYYMMDD-HHmmss' tz='Asia/Tokyo'}}"}, scheduled),
              ElementsAre("20200110-093000"));
  EXPECT_THAT(names({"type=raw,value={{commit_date 'YYYYMMDD-HHmmss' tz=\"Asia/Tokyo\"}}"}, scheduled),
              ElementsAre("20200109-093000"));
  EXPECT_THAT(names({"type=raw,value={{date 'HHmm'}}"}, scheduled), ElementsAre("0030"));
  for (const auto* expression : {"{{date 'YYYY' tz='Asia/Nowhere'}}", "{{date 'YYYY' tz=''}}",
                                 "{{date 'YYYY' zone='Asia/Tokyo'}}", "{{date 'YYYY' tz='../Asia/Tokyo'}}"}) {
    EXPECT_THROW(names({std::string("type=raw,value=") + expression}, scheduled), Error) << expression;
  }
}

TEST(TagRules, AFieldInQuotesMayHoldCommas) {
  EXPECT_THAT(names({"\"type=raw\",\"value={{date 'dddd, MMMM Do YYYY'}}\""}, of_branch("b")),
              ElementsAre("Friday-January-10th-2020"));
}

TEST(MomentFormat, KnowsTheTokens) {
  const std::vector<std::pair<const char*, const char*>> table{
      {"dddd, MMMM Do YYYY, h:mm:ss a", "Friday, January 10th 2020, 12:30:00 am"},
      {"YY-M-D H k kk", "20-1-10 0 24 24"},
      {"YYYY-MM-DDTHH:mm:ss.SSS[Z]", "2020-01-10T00:30:00.000Z"},
      {"DDDD DDD E d ddd dd", "010 10 5 5 Fri Fr"},
      {"GGGG-[W]WW Q", "2020-W02 1"},
      {"X", "1578616200"},
      {"", ""}};
  for (const auto& [format, text] : table) {
    EXPECT_EQ(moment_format(noted_time, format), text) << format;
  }
}

TEST(VersionNumber, KnowsWhatIsOne) {
  for (const auto* text : {"1.2", "01.2.3", "1.2.3-", "1.2.3-01", "a1.2.3", "", "1.2.3.4"}) {
    EXPECT_FALSE(parse_semver(text)) << text;
  }
  EXPECT_EQ(parse_semver("v1.2.3-rc.1+b.7")->version, "1.2.3-rc.1");
  EXPECT_FALSE(parse_semver(std::string(100'000, '1')));
  for (const auto* text : {"1.2.x", "1-2-3x", "", "v", "1..2"}) EXPECT_FALSE(parse_pep440(text)) << text;
  EXPECT_EQ(parse_pep440("1!02.3-ALPHA_1.post2.dev3+Ab-c")->version, "1!2.3a1.post2.dev3+ab.c");
}

}  // namespace
}  // namespace polyarch::app
