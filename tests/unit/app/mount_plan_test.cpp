#include "app/mount_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/plan.hpp"
#include "base/error.hpp"
#include "unit/app/sample.hpp"

namespace polyarch::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::push_options;
using testing::sample_facts;
using ::testing::SizeIs;

Facts facts_of(const std::string& dockerfile) {
  auto facts = sample_facts({"linux/amd64,linux/arm64"});
  facts.dockerfile = dockerfile::parse(dockerfile, "Dockerfile");
  return facts;
}

const auto shared_and_own = facts_of(
    "FROM --platform=$BUILDPLATFORM x AS tools\nRUN --mount=type=cache,target=/go make\n"
    "FROM x\nARG TARGETARCH\nCOPY --from=tools /a /a\n"
    "RUN --mount=type=cache,id=own-$TARGETARCH,target=/o --mount=type=cache,id=both,target=/b make\n");

// "id: tag …" of every mount.
std::vector<std::string> tags_of(const MountsPlan& plan) {
  std::vector<std::string> out;
  for (const auto& job : plan.jobs) {
    for (const auto& mount : job.mounts) {
      auto line = mount.id + ":";
      for (const auto& tag : mount_tags(mount, plan.scope)) line += " " + tag;
      out.push_back(line);
    }
  }
  return out;
}

TEST(MountPlan, AMountHasATagForEachPlatformThatRunsIt) {
  const auto plan = make_plan(push_options(), shared_and_own).mounts;
  EXPECT_EQ(plan.repository, oci::Repository::parse("r.example/app"));
  ASSERT_THAT(plan.jobs, SizeIs(1));
  EXPECT_THAT(tags_of(plan), ElementsAre("/go: mount-linux-amd64-go-c089faf0-topic",
                                         "own-amd64: mount-linux-amd64-own-amd64-9503e76b-topic",
                                         ::testing::MatchesRegex("both: mount-linux-amd64-both-[0-9a-f]{8}-topic "
                                                                 "mount-linux-arm64-both-[0-9a-f]{8}-topic"),
                                         ::testing::StartsWith("own-arm64: mount-linux-arm64-own-arm64-")));
  EXPECT_THAT(mount_candidates(plan.jobs[0].mounts[0], plan.scope),
              ElementsAre(::testing::EndsWith("-topic"), ::testing::EndsWith("-main")));
}

TEST(MountPlan, SaysWhenPlatformsShareAMountByAccident) {
  const auto warnings = make_plan(push_options(), shared_and_own).mounts.warnings;
  ASSERT_THAT(warnings, SizeIs(1));
  EXPECT_THAT(warnings[0].message, HasSubstr("linux/amd64, linux/arm64 share the cache mount both"));
  EXPECT_THAT(warnings[0].hint, HasSubstr("id=both-$TARGETARCH"));
  EXPECT_EQ(warnings[0].line, 6);
}

TEST(MountPlan, WhatCannotBeKeptIsSaid) {
  const auto facts = facts_of(
      "FROM x\nRUN --mount=type=cache,id=$HOME,target=/a make\n"
      "RUN --mount=type=cache,id=f,from=tools,target=/f make\n"
      "RUN --mount=type=cache,id=a;b,target=/c make\n");
  const auto plan = make_plan(push_options(), facts).mounts;
  EXPECT_THAT(plan.jobs, IsEmpty());
  EXPECT_THAT(plan.warnings, SizeIs(3));
}

TEST(MountPlan, OptionsSayWhichAndWhere) {
  auto options = push_options();
  options.cache_mounts = {"off"};
  EXPECT_THAT(make_plan(options, shared_and_own).mounts.jobs, IsEmpty());
  options.cache_mounts = {"/go"};
  EXPECT_THAT(tags_of(make_plan(options, shared_and_own).mounts), SizeIs(1));
  options.cache_mounts = {"none-such"};
  EXPECT_THROW(make_plan(options, shared_and_own), Error);
  options.cache_mounts = {};
  options.cache = "off";
  EXPECT_THAT(make_plan(options, shared_and_own).mounts.jobs, IsEmpty());
  options.cache = "other.example/cache";
  EXPECT_EQ(make_plan(options, shared_and_own).mounts.repository, oci::Repository::parse("other.example/cache"));
  spec::BuildOptions unpushed;
  EXPECT_THAT(make_plan(unpushed, shared_and_own).mounts.jobs, IsEmpty());
  unpushed.cache_mounts = {"/go"};
  EXPECT_THROW(make_plan(unpushed, shared_and_own), Error);
}

}  // namespace
}  // namespace polyarch::app
