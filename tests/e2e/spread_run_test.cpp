// One run over several jobs, with nothing but a registry between them.
#include <gmock/gmock.h>
#include <set>

#include "base/text.hpp"
#include "e2e/engine.hpp"

namespace polyarch::e2e {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SpreadRun : public Testbed {
 protected:
  static constexpr const char* builder = "polyarch-e2e-spread";
  // Works on arm64 only when the context says so: what a rerun may change, without a change of options.
  static constexpr const char* dockerfile =
      "ARG BASE\nFROM ${BASE}\nARG TARGETARCH\nCOPY state /\n"
      "RUN [ $TARGETARCH = amd64 ] || grep good /state\n";

  static void SetUpTestSuite() {
    if (variable("POLYARCH_TESTBED_BASE").empty()) return;
    const auto made = engine({"builder", "create", "e2e-spread", "--driver-opt",
                              "image=" + variable("POLYARCH_BUILDKIT_IMAGE"), "--driver-opt", "network=host"});
    ASSERT_EQ(made.status, 0) << shown(made);
  }
  static void TearDownTestSuite() {
    if (!variable("POLYARCH_TESTBED_BASE").empty()) engine({"builder", "remove", builder});
  }

  void SetUp() override {
    Testbed::SetUp();
    context(dockerfile);
    say("good");
  }

  void say(const std::string& state) const { write(path("context/state"), state); }
  std::string repository() const { return registry_.address() + "/spread/app"; }
  std::string tag() const { return repository() + ":1"; }

  // The job that builds `platform`; its report stands in a directory of that name.
  sys::ProcessResult job(const std::string& platform, const std::vector<std::string>& more = {}) const {
    return engine(joined({"build",
                          "--builder",
                          builder,
                          "--platform",
                          "linux/amd64,linux/arm64",
                          "--only",
                          platform,
                          "--run-id",
                          "pipeline/7",
                          "--push",
                          "--tag",
                          tag(),
                          "--provenance",
                          "false",
                          "--cache",
                          "off",
                          "--build-arg",
                          base_argument(),
                          "--report-dir",
                          path(platform).string(),
                          path("context").string()},
                         more));
  }
  std::vector<std::string> tags() const {
    const auto result = run({"skopeo", "list-tags", "--tls-verify=false", "docker://" + repository()});
    if (!result.ok()) return {};
    return parse_json(result.out, "tags").at("Tags").get<std::vector<std::string>>();
  }
  std::set<std::string> published() const {
    const auto result = run({"skopeo", "inspect", "--raw", "--tls-verify=false", "docker://" + tag()});
    std::set<std::string> platforms;
    if (!result.ok()) return platforms;
    const auto index = parse_json(result.out, tag());
    for (const auto& entry : index.at("manifests")) {
      platforms.insert(entry.at("platform").at("architecture").get<std::string>());
    }
    return platforms;
  }

  ServedRegistry registry_;
};

TEST_F(SpreadRun, TheLastJobPublishes) {
  const auto first = job("linux/amd64");
  ASSERT_EQ(first.status, 0) << shown(first);
  EXPECT_THAT(first.err, HasSubstr("linux/arm64 not there yet"));
  EXPECT_FALSE(digest_of(tag()));
  const auto last = job("linux/arm64");
  ASSERT_EQ(last.status, 0) << shown(last);
  EXPECT_THAT(published(), ElementsAre("amd64", "arm64"));
  EXPECT_THAT(tags(), ElementsAre("1")) << "the records are gone";
  const auto report = read_json(path("linux/arm64/report.json"));
  EXPECT_EQ(report.at("digest").get<std::string>(), digest_of(tag()));
  ASSERT_EQ(report.at("legs").size(), 2U);
  EXPECT_EQ(report.at("legs").at(0).at("platform"), "linux/amd64") << "legs of other jobs are in the report";
}

TEST_F(SpreadRun, JobsThatEndTogetherPublishOneImage) {
  sys::ProcessResult amd64, arm64;
  std::thread other([&] { arm64 = job("linux/arm64"); });
  amd64 = job("linux/amd64");
  other.join();
  EXPECT_EQ(amd64.status, 0) << shown(amd64);
  EXPECT_EQ(arm64.status, 0) << shown(arm64);
  EXPECT_THAT(published(), ElementsAre("amd64", "arm64"));
}

TEST_F(SpreadRun, AFailedJobKeepsTheTagWhereItWasUntilItsRerun) {
  say("bad");
  const auto red = job("linux/arm64");
  EXPECT_NE(red.status, 0);
  const auto other = job("linux/amd64");
  EXPECT_EQ(other.status, 0) << shown(other);
  EXPECT_THAT(other.out, HasSubstr("linux/arm64 failed in another job"));
  EXPECT_FALSE(digest_of(tag()));
  say("good");
  const auto rerun = job("linux/arm64");
  ASSERT_EQ(rerun.status, 0) << shown(rerun);
  EXPECT_THAT(published(), ElementsAre("amd64", "arm64"));
}

TEST_F(SpreadRun, ARecordOfOtherOptionsIsNotJoined) {
  ASSERT_EQ(job("linux/amd64", {"--label", "made=differently"}).status, 0);
  const auto other = job("linux/arm64");
  ASSERT_EQ(other.status, 0) << shown(other);
  EXPECT_THAT(other.out, HasSubstr("is of another commit or of other options"));
  EXPECT_FALSE(digest_of(tag()));
  ASSERT_EQ(job("linux/amd64").status, 0);
  EXPECT_THAT(published(), ElementsAre("amd64", "arm64"));
}

TEST_F(SpreadRun, AnOptionalLegThatFailedIsLeftOut) {
  say("bad");
  const std::vector<std::string> optional{"--optional-platform", "linux/arm64"};
  const auto red = job("linux/arm64", optional);
  EXPECT_EQ(red.status, 0) << shown(red);
  EXPECT_THAT(red.out, HasSubstr("is optional and failed"));
  const auto last = job("linux/amd64", optional);
  EXPECT_EQ(last.status, 0) << shown(last);
  EXPECT_THAT(published(), ElementsAre("amd64"));
}

TEST_F(SpreadRun, PublishedByHandAnOptionalLegThatNeverCameIsLeftOut) {
  ASSERT_EQ(job("linux/amd64", {"--optional-platform", "linux/arm64"}).status, 0);
  EXPECT_FALSE(digest_of(tag())) << "it may still come";
  const auto result = engine({"publish", "--run-id", "pipeline/7", repository()});
  ASSERT_EQ(result.status, 0) << shown(result);
  EXPECT_THAT(result.err, HasSubstr("left out of the image: linux/arm64"));
  EXPECT_THAT(published(), ElementsAre("amd64"));
  EXPECT_THAT(tags(), ElementsAre("1"));
  const auto again = engine({"publish", "--run-id", "pipeline/7", repository()});
  EXPECT_NE(again.status, 0);
  EXPECT_THAT(again.err, HasSubstr("published already"));
}

TEST_F(SpreadRun, PublishedByHandARequiredLegIsWaitedFor) {
  ASSERT_EQ(job("linux/amd64").status, 0);
  const auto too_soon = engine({"publish", "--run-id", "pipeline/7", repository()});
  EXPECT_NE(too_soon.status, 0);
  EXPECT_THAT(too_soon.err, HasSubstr("no record of linux/arm64"));
  EXPECT_FALSE(digest_of(tag()));
  sys::ProcessResult waited;
  std::thread other([&] { waited = engine({"publish", "--run-id", "pipeline/7", "--wait", "3", repository()}); });
  std::this_thread::sleep_for(std::chrono::seconds(1));
  ASSERT_EQ(job("linux/arm64").status, 0);
  other.join();
  EXPECT_EQ(waited.status, 0) << shown(waited);
  EXPECT_THAT(published(), ElementsAre("amd64", "arm64"));
}

TEST_F(SpreadRun, PublishedByHandLegsThatDisagreeAreNamedAndWaitedFor) {
  ASSERT_EQ(job("linux/amd64", {"--label", "made=differently"}).status, 0);
  ASSERT_EQ(job("linux/arm64").status, 0);
  const auto refused = engine({"publish", "--run-id", "pipeline/7", repository()});
  EXPECT_NE(refused.status, 0);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("linux/amd64"), HasSubstr("linux/arm64"),
                                 HasSubstr("were built from different commits or with different options")));
  EXPECT_FALSE(digest_of(tag()));
  sys::ProcessResult waited;
  std::thread other([&] { waited = engine({"publish", "--run-id", "pipeline/7", "--wait", "3", repository()}); });
  std::this_thread::sleep_for(std::chrono::seconds(1));
  const auto rerun = job("linux/amd64");
  other.join();
  EXPECT_EQ(rerun.status, 0) << shown(rerun);
  EXPECT_EQ(waited.status, 0) << shown(waited);
  EXPECT_THAT(waited.err, HasSubstr("of the same plan as"));
  EXPECT_THAT(published(), ElementsAre("amd64", "arm64"));
}

}  // namespace
}  // namespace polyarch::e2e
