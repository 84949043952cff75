#include "app/prune.hpp"

#include <gmock/gmock.h>
#include <sstream>

#include "base/error.hpp"
#include "base/json.hpp"
#include "unit/registry/fixture.hpp"

namespace polyarch::app {
namespace {

using ::testing::HasSubstr;

// Two tags of images that go, and one to take away from an image that stays.
publish::PrunePlan three_tags() {
  publish::PrunePlan plan;
  for (const auto* const tag : {"a", "b", "alias"})
    plan.tags.push_back({tag, Digest::sha256(tag), std::nullopt, true, ""});
  plan.untag = {"alias"};
  plan.manifests = {Digest::sha256("a"), Digest::sha256("b")};
  return plan;
}

class PruneResult : public ::testing::Test {
 protected:
  // What is printed; the kind of error in `failed_`.
  std::string prune(const publish::PrunePlan& plan, const PruneMode& mode) {
    testing::FakeCredentials credentials;
    registry::Client client(registry_, credentials, {});
    std::stringstream none;
    std::stringstream out;
    sys::Cancel cancel;
    sys::SystemRunner runner(&cancel);
    Context context{none, out, none, {}, sys::fixed_environment({}), {}, system_clock(), cancel, runner, runner};
    failed_.reset();
    try {
      app::prune(
          client, testing::repository(), [&] { return plan; }, mode, context);
    } catch (const Error& error) {
      failed_ = error.kind();
    }
    return out.str();
  }

  std::map<std::string, int> statuses_;  // by what is deleted
  testing::FakeTransport registry_{[this](const http::Request& request) -> http::Response {
    const auto refused = statuses_.find(request.url.substr(request.url.rfind('/') + 1));
    return {refused == statuses_.end() ? 202 : refused->second, {}, ""};
  }};
  std::optional<ErrorKind> failed_;
};

TEST_F(PruneResult, SaysHowMuchWasDeleted) {
  EXPECT_THAT(prune(three_tags(), {.yes = true}), HasSubstr("\ndeleted: 3 of 3 tags, 2 of 2 manifests\n"));
  const auto json = parse_json(prune(three_tags(), {.yes = true, .json = true}), "it");
  EXPECT_EQ(json.at("deleted"), true);
  EXPECT_EQ(json.at("deletedTags"), 3);
  EXPECT_EQ(json.at("deletedManifests"), 2);
  EXPECT_EQ(failed_, std::nullopt);
}

TEST_F(PruneResult, OfAnEmptyPlanIsNothing) {
  EXPECT_THAT(prune({}, {.yes = true}), HasSubstr("\nnothing to delete\n"));
  EXPECT_EQ(parse_json(prune({}, {.yes = true, .json = true}), "it").at("deleted"), false);
  EXPECT_EQ(failed_, std::nullopt);
}

TEST_F(PruneResult, OfADryRunIsNothing) {
  EXPECT_THAT(prune(three_tags(), {}), HasSubstr("\nnothing was deleted: add --yes\n"));
  EXPECT_EQ(parse_json(prune(three_tags(), {.json = true}), "it").at("deleted"), false);
}

TEST_F(PruneResult, FailsWhenATagCannotBeTakenAwayAndDeletesTheRest) {
  statuses_["alias"] = 405;
  EXPECT_THAT(prune(three_tags(), {.yes = true}), HasSubstr("\ndeleted: 2 of 3 tags, 2 of 2 manifests\n"));
  EXPECT_EQ(failed_, ErrorKind::registry);
  EXPECT_EQ(parse_json(prune(three_tags(), {.yes = true, .json = true}), "it").at("deleted"), false);
}

// What an index names must not go before it: nothing goes after the first that stays.
TEST_F(PruneResult, EndsAtTheFirstManifestThatStays) {
  statuses_[Digest::sha256("b").str()] = 405;
  EXPECT_THAT(prune(three_tags(), {.yes = true}), HasSubstr("\ndeleted: 2 of 3 tags, 1 of 2 manifests\n"));
  EXPECT_EQ(failed_, ErrorKind::registry);
  const auto json = parse_json(prune(three_tags(), {.yes = true, .json = true}), "it");
  EXPECT_EQ(json.at("deleted"), false);
  EXPECT_EQ(json.at("deletedManifests"), 1);
}

}  // namespace
}  // namespace polyarch::app
