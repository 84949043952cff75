#include "cache/layers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace polyarch::cache {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

const auto amd64 = oci::Platform::parse("linux/amd64");
const auto arm = oci::Platform::parse("linux/arm/v7");
const auto repository = oci::Repository::parse("r.example/team/app");

TEST(LayerScope, FallsBackFromBranchToBaseToDefault) {
  struct Case {
    std::string branch, base, standard, scope;
    std::vector<std::string> fallbacks;
  };
  const std::vector<Case> cases{
      {"topic", "release", "main", "topic", {"release", "main"}},
      {"topic", "main", "main", "topic", {"main"}},
      {"topic", "", "main", "topic", {"main"}},
      {"main", "", "main", "main", {}},
      {"main", "main", "main", "main", {}},
      {"", "", "", "main", {}},
      {"", "", "trunk", "main", {"trunk"}},
  };
  for (const auto& item : cases) {
    const auto scope = layer_scope(item.branch, item.base, item.standard, false);
    EXPECT_EQ(scope.scope, item.scope);
    EXPECT_EQ(scope.fallbacks, item.fallbacks) << item.branch << ' ' << item.base << ' ' << item.standard;
    EXPECT_FALSE(scope.read_only);
  }
  EXPECT_TRUE(layer_scope("topic", "main", "main", true).read_only);
}

TEST(LayerTag, NamesPlatformAndScope) {
  EXPECT_EQ(layer_tag(amd64, "main"), "cache-linux-amd64-main");
  EXPECT_EQ(layer_tag(arm, "v1.2_x"), "cache-linux-arm-v7-v1.2_x");
}

TEST(LayerTag, IsValidWhateverTheBranchIsCalled) {
  for (const std::string& scope : {std::string("feature/login"), std::string("Ä ö\n:@"), std::string(500, 'x'),
                                   std::string(81, 'x'), std::string("-"), std::string(300, '/'), std::string()}) {
    EXPECT_TRUE(oci::Reference::valid_tag(layer_tag(arm, scope))) << scope;
  }
  EXPECT_THAT(layer_tag(amd64, "feature/login"), StartsWith("cache-linux-amd64-feature-login-"));
}

TEST(LayerTag, DiffersForScopesThatCleanUpAlike) {
  EXPECT_NE(layer_tag(amd64, "a/b"), layer_tag(amd64, "a-b"));
  EXPECT_NE(layer_tag(amd64, "a/b"), layer_tag(amd64, "a:b"));
  EXPECT_NE(layer_tag(amd64, std::string(90, 'x')), layer_tag(amd64, std::string(91, 'x')));
  EXPECT_EQ(layer_tag(amd64, "a/b"), layer_tag(amd64, "a/b"));
}

TEST(LayerCache, ReadsOwnScopeFirstAndWritesItAlone) {
  const auto cache = layer_cache(repository, {amd64, arm}, {"topic", {"main"}, false}, false);
  EXPECT_THAT(cache.from, ElementsAre("type=registry,ref=r.example/team/app:cache-linux-amd64-topic",
                                      "type=registry,ref=r.example/team/app:cache-linux-amd64-main",
                                      "type=registry,ref=r.example/team/app:cache-linux-arm-v7-topic",
                                      "type=registry,ref=r.example/team/app:cache-linux-arm-v7-main"));
  const std::string rest = ",mode=max,image-manifest=true,oci-mediatypes=true,ignore-error=true";
  EXPECT_THAT(cache.to, ElementsAre("type=registry,ref=r.example/team/app:cache-linux-amd64-topic" + rest,
                                    "type=registry,ref=r.example/team/app:cache-linux-arm-v7-topic" + rest));
}

TEST(LayerCache, IsNotWrittenByUntrustedCode) {
  const auto cache = layer_cache(repository, {amd64}, {"topic", {}, true}, false);
  EXPECT_EQ(cache.from.size(), 1U);
  EXPECT_THAT(cache.to, IsEmpty());
}

TEST(LayerCache, SaysThatTheRegistryIsInsecure) {
  const auto cache = layer_cache(repository, {amd64}, {"main", {}, false}, true);
  EXPECT_THAT(cache.from, ElementsAre("type=registry,ref=r.example/team/app:cache-linux-amd64-main,"
                                      "registry.insecure=true"));
  EXPECT_THAT(cache.to, ElementsAre(StartsWith(cache.from.front() + ",mode=max")));
}

}  // namespace
}  // namespace polyarch::cache
