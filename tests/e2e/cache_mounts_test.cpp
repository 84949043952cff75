// Contents of RUN --mount=type=cache, kept in the registry between builders that know nothing of each other.
#include <gmock/gmock.h>
#include <random>

#include "e2e/engine.hpp"

namespace polyarch::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class CacheMounts : public Testbed {
 protected:
  // A step that counts in its mount how often it has run, and leaves the number in the image.
  void write_project(const std::string& flags = "") {
    context(
        "ARG BASE\n"
        "FROM $BASE\n"
        "ARG TARGETARCH\n"
        "COPY source /source\n"
        "RUN --mount=type=cache,target=/cache,id=" +
        id_ + "-$TARGETARCH" + flags +
        " n=$(cat /cache/count 2>/dev/null || echo 0); mkdir -p /cache/deep/er; cp /source /cache/deep/er/; "
        "test $n = 0 || test -L /cache/link; ln -sf count /cache/link; echo $((n + 1)) >/cache/count; "
        "cp /cache/count /runs; sleep 0.1\n");
    change_source();
  }
  // The layer cache would otherwise spare the step; the id is no part of its key.
  void change_source() { write(path("context/source"), id_ + " " + std::to_string(++sources_) + "\n"); }

  // Builds and asserts that the step has run that often.
  sys::ProcessResult build(const std::vector<std::string>& more, int runs,
                           const std::string& platforms = "linux/amd64") {
    const auto result = engine(joined({"build", "--platform", platforms, "--build-arg", base_argument(), "--tag",
                                       registry_.address() + "/app:1", "--push", "--test",
                                       "grep -qx " + std::to_string(runs) + " /runs", path("context").string()},
                                      more),
                               {{"XDG_CACHE_HOME", path("home").string()}});
    EXPECT_EQ(result.status, 0) << shown(result);
    return result;
  }

  std::string id_ = "count-" + std::to_string(std::random_device{}());
  int sources_ = 0;
  ServedRegistry registry_;
};

TEST_F(CacheMounts, AFreshBuilderFindsWhatTheLastOneLeft) {
  write_project();
  const auto both = "linux/amd64,linux/arm64";
  const auto first = build(own_builder(), 1, both);
  EXPECT_THAT(first.err, HasSubstr("saved 2 files"));
  change_source();
  const auto second = build(own_builder(), 2, both);
  EXPECT_THAT(second.err, HasSubstr("restored 2 files"));
  // Every step comes out of the layer cache: the mounts are as they were, and nothing is sent.
  const auto third = build(own_builder(), 2, both);
  EXPECT_THAT(third.err, HasSubstr("0 B read, 0 B sent"));
  EXPECT_EQ(left_overs(), "");
}

TEST_F(CacheMounts, EveryKindOfBuilderIsFilled) {
  write_project();
  const auto first = build(own_builder(), 1);
  EXPECT_THAT(first.err, HasSubstr("saved 2 files")) << shown(first);
  change_source();
  const auto on_engine = build({"--driver", "docker"}, 2);
  EXPECT_THAT(on_engine.err, HasSubstr("restored 2 files"));
  change_source();
  const auto standalone = build({"--builder", variable("POLYARCH_TESTBED_BUILDKIT_SOCKET")}, 3);
  EXPECT_THAT(standalone.err, HasSubstr("restored 2 files"));
  // It has them now, and is ahead of every snapshot.
  change_source();
  const auto again = build({"--builder", variable("POLYARCH_TESTBED_BUILDKIT_SOCKET")}, 4);
  EXPECT_THAT(again.err, Not(HasSubstr("restored")));
}

TEST_F(CacheMounts, AMountOfAnotherUserIsTheSameDirectory) {
  write_project(",uid=1000,gid=1000,mode=0750");
  build(own_builder(), 1);
  change_source();
  build(own_builder(), 2);
}

TEST_F(CacheMounts, TurnedOffAFreshBuilderFindsNothing) {
  write_project();
  build(own_builder(), 1);
  change_source();
  const auto result = build(joined(own_builder(), {"--cache-mounts", "off"}), 1);
  EXPECT_THAT(result.err, Not(HasSubstr("cache mount")));
}

// As BuildKit has it: every step anew, its mounts included.
TEST_F(CacheMounts, NoCacheStartsWithEmptyOnes) {
  write_project();
  build(own_builder(), 1);
  const auto anew = build(joined(own_builder(), {"--no-cache"}), 1);
  EXPECT_THAT(anew.err, Not(HasSubstr("restored")));
  EXPECT_THAT(anew.err, HasSubstr("saved 2 files"));
}

TEST_F(CacheMounts, ARegistryThatFailsFailsNoBuild) {
  write_project();
  const auto result = build(joined(own_builder(), {"--cache", "127.0.0.1:1/nowhere", "--cache-mounts", "auto"}), 1);
  EXPECT_THAT(result.err + result.out, HasSubstr("cache mounts are not"));
}

}  // namespace
}  // namespace polyarch::e2e
