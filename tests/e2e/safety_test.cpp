// What must hold when a build goes wrong or is ended: a tag names a whole image, the old one or the new one.
#include <csignal>
#include <fstream>
#include <random>

#include "e2e/engine.hpp"

namespace polyarch::e2e {
namespace {

constexpr const char* good = "ARG BASE\nFROM ${BASE}\nARG CONTENT=old\nRUN echo \"$CONTENT\" > /content\n";

// One builder for all tests of this file: they are not about builders.
class Safety : public Testbed {
 protected:
  static void SetUpTestSuite() {
    if (variable("POLYARCH_TESTBED_BASE").empty()) return;
    registry_ = std::make_unique<ServedRegistry>();
    const auto made = engine({"builder", "create", "e2e-safety", "--driver-opt",
                              "image=" + variable("POLYARCH_BUILDKIT_IMAGE"), "--driver-opt", "network=host"});
    ASSERT_EQ(made.status, 0) << shown(made);
  }
  static void TearDownTestSuite() {
    if (registry_) engine({"builder", "remove", "polyarch-e2e-safety"});
    registry_.reset();
  }

  static std::string tag(const std::string& name) { return registry_->address() + "/safety/" + name + ":1"; }

  static std::vector<std::string> arguments(const std::string& name, const std::string& directory) {
    return {"build",       "--builder",     "polyarch-e2e-safety",
            "--build-arg", base_argument(), "--cache",
            "off",         "--progress",    "plain",
            "--push",      "--tag",         tag(name),
            directory};
  }

  sys::ProcessResult build(const std::string& name, const std::string& dockerfile,
                           const std::vector<std::string>& more = {}) {
    return engine(joined(arguments(name, context(dockerfile)), more));
  }

  // The digest of a first good publication.
  std::string publish_old(const std::string& name) {
    const auto result = build(name, good, {"--platform", "linux/amd64,linux/arm64"});
    EXPECT_EQ(result.status, 0) << shown(result);
    return digest_of(tag(name)).value_or("none");
  }

  // Every image that the tag's index names can be pulled whole.
  void expect_whole(const std::string& reference) {
    for (const char* architecture : {"amd64", "arm64"}) {
      const auto target = path(std::string("whole-") + architecture);
      std::filesystem::remove_all(target);
      const auto pulled = run({"skopeo", "copy", "--src-tls-verify=false", "--override-arch", architecture,
                               "docker://" + reference, "dir:" + target.string()});
      EXPECT_TRUE(pulled.ok()) << shown(pulled);
    }
  }

  static std::unique_ptr<ServedRegistry> registry_;
};

std::unique_ptr<ServedRegistry> Safety::registry_;

TEST_F(Safety, AFailedTestMovesNoTag) {
  const auto before = publish_old("test");
  const auto result = build("test", good,
                            {"--platform", "linux/amd64,linux/arm64", "--build-arg", "CONTENT=new", "--test",
                             "linux/arm64:echo what it said; false"});
  EXPECT_EQ(result.status, 10) << shown(result);
  EXPECT_NE(result.err.find("linux/arm64"), std::string::npos);
  EXPECT_NE((result.out + result.err).find("what it said"), std::string::npos) << shown(result);
  EXPECT_EQ(digest_of(tag("test")), before);
}

TEST_F(Safety, AFailedStepNamesItsLineAndMovesNoTag) {
  const auto before = publish_old("step");
  const auto result = build("step", "ARG BASE\nFROM ${BASE}\nRUN true\nRUN echo loud; exit 3\n",
                            {"--platform", "linux/amd64,linux/arm64"});
  EXPECT_EQ(result.status, 9) << shown(result);
  EXPECT_NE(result.err.find("Dockerfile:4"), std::string::npos) << shown(result);
  EXPECT_NE(result.err.find("loud"), std::string::npos);
  EXPECT_EQ(digest_of(tag("step")), before);
}

TEST_F(Safety, AnOptionalPlatformMayFail) {
  const auto* dockerfile = "ARG BASE\nFROM ${BASE}\nARG TARGETARCH\nRUN test \"$TARGETARCH\" = amd64\n";
  const auto result =
      build("optional", dockerfile, {"--platform", "linux/amd64,linux/arm64", "--optional-platform", "linux/arm64"});
  ASSERT_EQ(result.status, 0) << shown(result);
  EXPECT_NE(result.out.find("linux/arm64 is optional and failed"), std::string::npos) << shown(result);
  const auto inspected = engine({"inspect", "--format", "json", tag("optional")});
  ASSERT_EQ(inspected.status, 0) << shown(inspected);
  const auto platforms = parse_json(inspected.out, "inspect").at("platforms");
  EXPECT_TRUE(platforms.contains("linux/amd64"));
  EXPECT_FALSE(platforms.contains("linux/arm64"));
}

// Starts a build in the background; the signal comes once `until` was printed.
struct Interrupted {
  sys::ProcessResult result;
  std::chrono::milliseconds took{0};
};

Interrupted interrupt(const std::vector<std::string>& arguments, const std::string& until, int signal,
                      const std::string& temporary) {
  std::vector<std::string> argv{"sh", "-c", "echo $$ >&2; exec \"$@\"", "sh", engine_path()};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  Interrupted out;
  pid_t pid = 0;
  std::chrono::steady_clock::time_point sent;
  sys::SystemRunner runner(nullptr);
  std::string err;
  out.result = runner.run({.argv = argv,
                           .env = {{"TMPDIR", temporary}},
                           .on_stderr =
                               [&](std::string_view line) {
                                 err += std::string(line) + "\n";
                                 if (pid == 0) pid = std::stoi(std::string(line));
                                 const bool now = sent == std::chrono::steady_clock::time_point{} &&
                                                  line.find(until) != std::string_view::npos;
                                 if (!now) return;
                                 sent = std::chrono::steady_clock::now();
                                 kill(pid, signal);
                               },
                           .deadline = std::chrono::seconds(120)});
  out.took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - sent);
  out.result.err = err;
  return out;
}

TEST_F(Safety, ASignalEndsTheRunAndLeavesNothing) {
  const auto before = publish_old("signal");
  for (const int signal : {SIGINT, SIGTERM}) {
    const auto directory = context("ARG BASE\nFROM ${BASE}\nRUN echo it runs; sleep 60\n");
    const auto temporary = path("tmp").string();
    std::filesystem::create_directories(temporary);
    auto arguments = joined(
        {"build", "--build-arg", base_argument(), "--progress", "plain", "--push", "--tag", tag("signal"), directory},
        own_builder());
    const auto ended = interrupt(arguments, "| it runs", signal, temporary);
    EXPECT_EQ(ended.result.status, 130) << shown(ended.result);
    EXPECT_LT(ended.took, std::chrono::seconds(20));
    EXPECT_TRUE(std::filesystem::is_empty(temporary)) << std::filesystem::directory_iterator(temporary)->path();
    EXPECT_EQ(digest_of(tag("signal")), before);
    EXPECT_EQ(run({"docker", "ps", "--all", "--quiet", "--filter", "name=buildx_buildkit_polyarch-[0-9a-f]{16}"}).out,
              "");
  }
}

TEST_F(Safety, AKillAtAnyMomentLeavesAWholeImage) {
  const auto before = publish_old("kill");
  std::mt19937 random(7);  // the same moments in every run
  for (int round = 0; round < 8; ++round) {
    const auto directory = context(good);
    auto argv = joined({"timeout", "--signal=KILL", "0." + std::to_string(100 + random() % 900), engine_path()},
                       arguments("kill", directory));
    argv = joined(argv,
                  {"--platform", "linux/amd64,linux/arm64", "--build-arg", "CONTENT=round-" + std::to_string(round)});
    run(argv);
    expect_whole(tag("kill"));
  }
  const auto last = build("kill", good, {"--platform", "linux/amd64,linux/arm64", "--build-arg", "CONTENT=last"});
  EXPECT_EQ(last.status, 0) << shown(last);
  EXPECT_NE(digest_of(tag("kill")), before);
}

}  // namespace
}  // namespace polyarch::e2e
