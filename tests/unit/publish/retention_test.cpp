#include "publish/retention.hpp"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

#include "base/error.hpp"

namespace polyarch::publish {
namespace {

using std::chrono::hours;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

const Clock::Wall now = std::chrono::sys_days(std::chrono::year(2026) / 6 / 1);

Digest digest(const std::string& name) {
  return Digest::sha256(name);
}

std::vector<std::string> going(const PrunePlan& plan) {
  std::vector<std::string> tags;
  for (const auto& verdict : plan.tags)
    if (verdict.goes) tags.push_back(verdict.tag);
  return tags;
}

std::string reason(const PrunePlan& plan, const std::string& tag) {
  return std::ranges::find(plan.tags, tag, &TagVerdict::tag)->reason;
}

class Prune : public ::testing::Test {
 protected:
  // An index of two platforms, one of them of its own, the other shared by all, that is `days` old.
  void image(const std::string& tag, int days) {
    inventory_.tags[tag] = digest(tag);
    inventory_.manifests[digest(tag)] = {{digest(tag + "/own"), digest("shared")}, {}, {}, now - hours(24 * days)};
    inventory_.manifests[digest(tag + "/own")] = {};
    inventory_.manifests[digest("shared")] = {};
  }
  PrunePlan plan(const Retention& retention) { return plan_prune(inventory_, retention, now); }

  Inventory inventory_;
};

TEST_F(Prune, KeepsTheNewest) {
  for (const auto& [tag, days] : std::map<std::string, int>{{"a", 5}, {"b", 1}, {"c", 9}, {"d", 3}}) image(tag, days);
  const auto result = plan({.keep = 2});
  EXPECT_THAT(going(result), ElementsAre("a", "c"));
  EXPECT_EQ(reason(result, "b"), "among the newest 2");
}

TEST_F(Prune, TakesTheRecordsOfRunsThatNobodyFinishedByTheirAge) {
  image("polyarch-run-old-linux-amd64", 40), image("polyarch-run-new-linux-amd64", 1);
  image("v1", 50), image("v2", 2);
  EXPECT_THAT(going(plan({.keep = 2})), IsEmpty());
  EXPECT_THAT(going(plan({.keep = 1})), ElementsAre("v1"));
  EXPECT_THAT(going(plan({.keep = 1, .older_than = hours(24 * 30)})),
              UnorderedElementsAre("v1", "polyarch-run-old-linux-amd64"));
  const auto result = plan({.keep = 2, .older_than = hours(24 * 30)});
  EXPECT_THAT(going(result), ElementsAre("polyarch-run-old-linux-amd64"));
  EXPECT_THAT(result.manifests,
              ElementsAre(digest("polyarch-run-old-linux-amd64"), digest("polyarch-run-old-linux-amd64/own")));
  EXPECT_EQ(reason(result, "polyarch-run-new-linux-amd64"), "not old enough");
  EXPECT_THAT(going(plan({.older_than = hours(24 * 30), .match = "v*"})), ElementsAre("v1"));
}

TEST_F(Prune, KeepsWhatIsYoungAndWhatDoesNotMatch) {
  image("pr-1", 20), image("pr-2", 5), image("v1", 500);
  const auto result = plan({.older_than = hours(24 * 14), .match = "pr-*"});
  EXPECT_THAT(going(result), ElementsAre("pr-1"));
  EXPECT_EQ(reason(result, "pr-2"), "not old enough");
  EXPECT_EQ(reason(result, "v1"), "does not match");
}

TEST_F(Prune, NeverDeletesWhatHasNoAge) {
  image("a", 5);
  inventory_.manifests[digest("a")].created.reset();
  const auto result = plan({.keep = 0});
  EXPECT_THAT(going(result), IsEmpty());
  EXPECT_EQ(reason(result, "a"), "age unknown");
}

TEST_F(Prune, DeletesAnIndexBeforeItsChildrenAndNothingThatAnotherNeeds) {
  image("old", 50), image("new", 1);
  EXPECT_THAT(plan({.keep = 1}).manifests, ElementsAre(digest("old"), digest("old/own")));
}

TEST_F(Prune, OnlyUntagsAnImageThatAnotherTagNames) {
  image("1.0", 50), image("2.0", 1);
  inventory_.tags["pr-7"] = digest("1.0");
  const auto result = plan({.match = "pr-*"});
  EXPECT_THAT(result.untag, ElementsAre("pr-7"));
  EXPECT_THAT(result.manifests, IsEmpty());
  // With both tags of it gone the image goes, too.
  EXPECT_THAT(plan({.older_than = hours(24 * 30)}).untag, IsEmpty());
  EXPECT_THAT(going(plan({.older_than = hours(24 * 30)})), ElementsAre("pr-7", "1.0"));
}

TEST_F(Prune, KeepsAPlatformThatATagOfItsOwnNames) {
  image("1.0", 50), image("2.0", 1);
  inventory_.tags["arm"] = digest("1.0/own");
  EXPECT_THAT(plan({.keep = 0, .match = "1.0"}).manifests, ElementsAre(digest("1.0")));
}

TEST_F(Prune, TakesReferrersAlongAndKeepsThoseOfWhatStays) {
  image("old", 50), image("new", 1);
  for (const auto* const tag : {"old", "new"}) {
    const auto signature = digest(std::string(tag) + "/signature");
    const auto timestamp = digest(std::string(tag) + "/timestamp");  // of the signature
    inventory_.manifests[digest(tag)].referrers = {signature};
    inventory_.manifests[signature] = {{}, {timestamp}, digest(tag), {}};
    inventory_.manifests[timestamp] = {{}, {}, signature, {}};
  }
  EXPECT_THAT(plan({.keep = 1}).manifests,
              UnorderedElementsAre(digest("old"), digest("old/own"), digest("old/signature"), digest("old/timestamp")));
}

TEST_F(Prune, KeepsTheSubjectOfAReferrerThatATagNames) {
  image("old", 50);
  inventory_.manifests[digest("old")].referrers = {digest("sbom")};
  inventory_.manifests[digest("sbom")] = {{}, {}, digest("old"), now - hours(24 * 50)};
  inventory_.tags["the-sbom"] = digest("sbom");
  const auto result = plan({.match = "old"});
  EXPECT_THAT(result.manifests, IsEmpty());
  EXPECT_THAT(result.untag, ElementsAre("old"));
}

TEST_F(Prune, LetsTagsForADigestShareItsFate) {
  image("old", 50), image("new", 1);
  const auto companion = [](const std::string& of, const std::string& end) {
    return "sha256-" + std::string(digest(of).hex()) + end;
  };
  for (const auto* const tag : {"old", "new", "elsewhere"}) {
    for (const auto* const end : {"", ".sig"}) {
      inventory_.tags[companion(tag, end)] = digest(companion(tag, end));
      inventory_.manifests[digest(companion(tag, end))] = {{}, {}, {}, now - hours(24 * 90)};
    }
  }
  const auto result = plan({.keep = 1});
  EXPECT_THAT(going(result), UnorderedElementsAre("old", companion("old", ""), companion("old", ".sig")));
  EXPECT_EQ(reason(result, companion("elsewhere", "")), "goes with its image");
}

// Whatever the graph, and whatever goes: all that a remaining tag reaches remains, and no index outlives a child.
TEST_F(Prune, LeavesEveryTagWholeInAnyGraph) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
    Inventory any;
    std::vector<Digest> all;
    for (std::size_t i = 0; i < 24; ++i) {
      const auto one = digest(std::to_string(i));
      auto& manifest = any.manifests[one];
      for (std::size_t child = 0; !all.empty() && child < below(4); ++child)
        manifest.children.push_back(all[below(all.size())]);
      if (!all.empty() && below(4) == 0) {
        manifest.subject = all[below(all.size())];
        any.manifests[*manifest.subject].referrers.push_back(one);
      }
      if (below(8) != 0) manifest.created = now - hours(below(2000));
      if (below(2) == 0) any.tags["t" + std::to_string(i)] = one;
      if (below(6) == 0) any.tags["u" + std::to_string(i)] = one;
      all.push_back(one);
    }
    const auto result = plan_prune(any, {.keep = below(6), .older_than = hours(below(1500))}, now);
    std::set<Digest> gone;
    for (const auto& one : result.manifests) {
      for (const auto& child : any.manifests.at(one).children)
        EXPECT_FALSE(gone.contains(child)) << "a child goes before its index, seed " << seed;
      EXPECT_TRUE(gone.insert(one).second);
    }
    for (const auto& [one, manifest] : any.manifests) {
      if (gone.contains(one)) continue;
      const bool reached = std::ranges::any_of(any.tags, [&](const auto& tag) { return tag.second == one; });
      for (const auto& child : manifest.children) EXPECT_FALSE(reached && gone.contains(child)) << "seed " << seed;
      for (const auto& referrer : manifest.referrers)
        EXPECT_FALSE(reached && gone.contains(referrer)) << "seed " << seed;
    }
    for (const auto& verdict : result.tags)
      EXPECT_FALSE(!verdict.goes && gone.contains(verdict.digest)) << verdict.tag << ", seed " << seed;
  }
}

TEST(Age, IsANumberWithItsUnit) {
  EXPECT_EQ(parse_age("90m"), std::chrono::minutes(90));
  EXPECT_EQ(parse_age("30d"), hours(720));
  EXPECT_EQ(parse_age("2w"), hours(336));
  for (const auto* const bad : {"", "d", "30", "-1d", "1.5h", "99999999999999999999d", "30 d", "1y"})
    EXPECT_THROW(parse_age(bad), Error) << bad;
}

}  // namespace
}  // namespace polyarch::publish
