#include "cache/snapshot_retention.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace polyarch::cache {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Key;

const Clock::Wall retention_now = Clock::Wall(std::chrono::hours(24 * 365 * 50));

SnapshotTag aged(const std::string& tag, int days, std::map<std::string, std::uint64_t> blobs = {{"own", 10}}) {
  SnapshotTag out{tag, retention_now - std::chrono::hours(24 * days), {}};
  for (const auto& [name, size] : blobs) out.blobs[Digest::sha256(name == "own" ? tag : name)] = size;
  return out;
}

TEST(SnapshotRetention, WhatIsOldGoes) {
  const auto stay = staying_snapshots({aged("a", 1), aged("b", 10), aged("c", 40)},
                                      {.older_than = std::chrono::hours(24 * 30)}, retention_now);
  EXPECT_THAT(stay, ElementsAre(Key("a"), Key("b")));
}

TEST(SnapshotRetention, TheOldestGoUntilTheRestFits) {
  const std::vector<SnapshotTag> tags{aged("new", 1, {{"shared", 50}, {"n", 10}}),
                                      aged("middle", 2, {{"shared", 50}, {"m", 10}}), aged("old", 3, {{"o", 10}})};
  EXPECT_THAT(staying_snapshots(tags, {.max_size = 80}, retention_now),
              ElementsAre(Key("middle"), Key("new"), Key("old")))
      << "a shared blob counts once";
  EXPECT_THAT(staying_snapshots(tags, {.max_size = 79}, retention_now), ElementsAre(Key("middle"), Key("new")));
  EXPECT_THAT(staying_snapshots(tags, {.max_size = 1}, retention_now), IsEmpty());
}

TEST(SnapshotRetention, TheNewestAndThoseOfUnknownAgeStay) {
  auto unknown = aged("unknown", 0);
  unknown.created.reset();
  const auto stay = staying_snapshots({aged("a", 50), aged("b", 60), aged("c", 70), unknown},
                                      {.keep = 1, .older_than = std::chrono::hours(1)}, retention_now);
  EXPECT_THAT(stay, ElementsAre(Key("a"), Key("unknown")));
  EXPECT_THAT(staying_snapshots({aged("a", 50), aged("b", 60)}, {.keep = 1}, retention_now), ElementsAre(Key("a")))
      << "without another limit all but the newest go";
}

}  // namespace
}  // namespace polyarch::cache
