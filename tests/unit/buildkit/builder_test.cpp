#include "buildkit/builder.hpp"

#include <deque>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "buildkit/solve_run.hpp"
#include "sys/files.hpp"

namespace polyarch::buildkit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view running =
    "Name: polyarch-x\nDriver: remote\n\nNodes:\nName: polyarch-x0\nEndpoint: tcp://farm.example:1234\nStatus: "
    "running\n"
    "Platforms: linux/amd64\n";

sys::ProcessResult succeeded(std::string_view out = "") {
  return {0, false, std::string(out), ""};
}
sys::ProcessResult failed(std::string_view err) {
  return {1, false, "", std::string(err)};
}

// Answers with the results that are queued, and keeps what was asked.
class ScriptedRunner final : public sys::Runner {
 public:
  explicit ScriptedRunner(std::deque<sys::ProcessResult> answers) : answers_(std::move(answers)) {}

  sys::ProcessResult run(const sys::Command& command) override {
    commands.push_back(text::join(command.argv, " "));
    if (answers_.empty()) throw Error(ErrorKind::failed, "cannot start " + command.argv[0]);
    auto answer = answers_.front();
    answers_.pop_front();
    if (command.on_stderr) {
      for (const auto line : text::split(answer.err, '\n')) command.on_stderr(line);
    }
    return answer;
  }

  std::vector<std::string> commands;

 private:
  std::deque<sys::ProcessResult> answers_;
};

Error error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "no error";
  return {ErrorKind::failed, ""};
}

CreateOptions remote() {
  CreateOptions options;
  options.name = "x";
  options.driver = "remote";
  options.endpoint = "tcp://farm.example:1234";
  return options;
}

TEST(FindBuildx, CallsThePluginItselfWhereItLies) {
  const sys::TemporaryDirectory directory;
  const auto plugin = directory.path() / "docker-buildx";
  sys::write_file(plugin, "#!/bin/sh\n", 0755);
  ScriptedRunner runner({});
  EXPECT_THAT(find_buildx(runner, {"/nowhere", directory.path().string()}), ElementsAre(plugin.string()));
}

TEST(FindBuildx, PrefersDockersPluginToTheStandaloneProgram) {
  ScriptedRunner plugin({succeeded()});
  EXPECT_THAT(find_buildx(plugin, {}), ElementsAre("docker", "buildx"));
  ScriptedRunner standalone({failed("unknown command"), succeeded()});
  EXPECT_THAT(find_buildx(standalone, {}), ElementsAre("buildx"));
}

TEST(FindBuildx, TellsHowToGetOne) {
  ScriptedRunner nothing({});
  const auto error = error_of([&] { find_buildx(nothing, {}); });
  EXPECT_EQ(error.kind(), ErrorKind::builder);
  EXPECT_THAT(error.hint(), HasSubstr("0.13"));
}

TEST(PluginDirectories, BeginWithTheUsers) {
  EXPECT_EQ(plugin_directories(sys::fixed_environment({{"DOCKER_CONFIG", "/c"}, {"HOME", "/h"}})).front(),
            "/c/cli-plugins");
  EXPECT_EQ(plugin_directories(sys::fixed_environment({{"HOME", "/h"}})).front(), "/h/.docker/cli-plugins");
}

TEST(Builders, CreateBootsANewOneAndNeverUsesIt) {
  ScriptedRunner runner({failed("ERROR: no builder \"polyarch-x\" found"), succeeded(), succeeded(running)});
  auto options = remote();
  options.driver_options = {{"cacert", "/ca.pem"}};
  options.buildkitd_config = "b.toml";
  options.buildkitd_flags = {"--debug", "--trace"};
  options.platforms = oci::parse_platforms({"linux/amd64"});
  EXPECT_EQ(Builders({"buildx"}, runner, runner).create(options).name, "polyarch-x");
  EXPECT_THAT(runner.commands,
              ElementsAre("buildx inspect polyarch-x",
                          "buildx create --name polyarch-x --driver remote --driver-opt cacert=/ca.pem --config b.toml "
                          "--buildkitd-flags --debug --trace --platform linux/amd64 tcp://farm.example:1234",
                          "buildx inspect --bootstrap polyarch-x"));
}

TEST(Builders, CreateMakesUpANameOfItsOwn) {
  auto options = remote();
  options.name.clear();
  ScriptedRunner first({succeeded(), succeeded(running)});
  ScriptedRunner second({succeeded(), succeeded(running)});
  Builders({"buildx"}, first, first).create(options);
  Builders({"buildx"}, second, second).create(options);
  EXPECT_THAT(first.commands[0], HasSubstr("create --name polyarch-"));
  EXPECT_NE(first.commands[0], second.commands[0]);
}

TEST(Builders, TakesAContextWhereTheEngineIsNamedWithTls) {
  const auto refused = failed(
      "ERROR: could not create a builder instance with TLS data loaded from environment. Please use `docker context "
      "create <context-name>`");
  CreateOptions options;
  options.name = "x";
  const auto absent = failed("ERROR: no builder \"polyarch-x\" found");
  ScriptedRunner runner({absent, refused, succeeded(), succeeded(), succeeded(running), succeeded(), succeeded()});
  Builders builders({"buildx"}, runner, runner);
  builders.create(options);
  builders.remove("polyarch-x");
  EXPECT_THAT(runner.commands,
              ElementsAre("buildx inspect polyarch-x", "buildx create --name polyarch-x --driver docker-container",
                          "docker context create polyarch-x-engine",
                          "buildx create --name polyarch-x --driver docker-container polyarch-x-engine",
                          "buildx inspect --bootstrap polyarch-x", "buildx rm polyarch-x",
                          "docker context rm --force polyarch-x-engine"));
}

TEST(Builders, CreateReusesOneThatIsThere) {
  ScriptedRunner runner({succeeded(running), succeeded(running)});
  Builders({"buildx"}, runner, runner).create(remote());
  EXPECT_THAT(runner.commands, ElementsAre("buildx inspect polyarch-x", "buildx inspect --bootstrap polyarch-x"));
}

TEST(Builders, CreateRefusesToReuseAnotherKind) {
  auto elsewhere = remote();
  elsewhere.endpoint = "tcp://other.example:1";
  auto of_another_driver = remote();
  of_another_driver.driver = "docker-container";
  for (const auto& options : {elsewhere, of_another_driver}) {
    ScriptedRunner runner({succeeded(running)});
    const auto error = error_of([&] { Builders({"buildx"}, runner, runner).create(options); });
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_EQ(runner.commands.size(), 1U) << "nothing is changed or removed";
  }
}

TEST(Builders, CreateRemovesWhatDoesNotStartAndSaysWhy) {
  ScriptedRunner runner(
      {failed("ERROR: no builder \"polyarch-x\" found"), succeeded(),
       failed("#1 waiting\nERROR: context deadline exceeded"),
       failed("ERROR: failed to call diskusage: Unavailable: connection error: desc = \"transport: Error "
              "while dialing: dial tcp: connect: connection refused\"")});
  ScriptedRunner cleanup({succeeded()});
  const auto error = error_of([&] { Builders({"buildx"}, runner, cleanup).create(remote()); });
  EXPECT_EQ(error.kind(), ErrorKind::builder);
  EXPECT_THAT(error.message(), HasSubstr("connection refused"));
  EXPECT_TRUE(error.retryable());
  EXPECT_THAT(cleanup.commands, ElementsAre("buildx rm polyarch-x"));
}

TEST(Builders, CreateShowsTheLogOfADaemonThatDies) {
  CreateOptions options;
  options.name = "x";
  ScriptedRunner runner({failed("ERROR: no builder \"polyarch-x\" found"),
                         succeeded(),
                         {143, true, "", "#1 booting"},
                         succeeded("line 1\nbuildkitd: cannot lock /var/lib/buildkit\n")});
  ScriptedRunner cleanup({succeeded()});
  const auto error = error_of([&] { Builders({"docker", "buildx"}, runner, cleanup).create(options); });
  EXPECT_EQ(runner.commands.back(), "docker logs --tail 20 buildx_buildkit_polyarch-x0");
  EXPECT_THAT(error.message(), HasSubstr("did not answer within"));
  EXPECT_THAT(error.message(), HasSubstr("cannot lock"));
  EXPECT_EQ(cleanup.commands.size(), 1U);
}

TEST(Builders, CreateLeavesTheBuilderOfAnotherAlone) {
  ScriptedRunner runner({failed("ERROR: no builder \"polyarch-x\" found"),
                         failed("ERROR: existing instance for \"polyarch-x\" but no append mode")});
  ScriptedRunner cleanup({});
  error_of([&] { Builders({"buildx"}, runner, cleanup).create(remote()); });
  EXPECT_TRUE(cleanup.commands.empty());
}

TEST(Builders, InspectTellsAbsentFromBroken) {
  ScriptedRunner absent({failed("ERROR: no builder \"nope\" found")});
  EXPECT_FALSE(Builders({"buildx"}, absent, absent).inspect("nope", false));
  ScriptedRunner broken({failed("ERROR: permission denied while trying to connect to the Docker daemon socket")});
  const auto error = error_of([&] { Builders({"buildx"}, broken, broken).inspect("", false); });
  EXPECT_EQ(error.kind(), ErrorKind::builder);
  EXPECT_THAT(error.hint(), HasSubstr("group 'docker'"));
}

TEST(Builders, BootstrapFailsWhenANodeStillDoesNotRun) {
  const auto stopped = text::replace_all(running, "running", "stopped");
  ScriptedRunner runner({succeeded(stopped), succeeded(stopped)});
  Builders builders({"buildx"}, runner, runner);
  EXPECT_EQ(builders.inspect("x", false)->nodes[0].status, "stopped");
  EXPECT_THAT(error_of([&] { builders.inspect("x", true); }).message(), HasSubstr("node polyarch-x0 is stopped"));
}

TEST(Builders, BootstrapStartsAContainerAgainThatDiedAsItBegan) {
  const auto died = failed(
      "ERROR: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime "
      "create failed: runc create failed: unable to start container process: waiting for init preliminary setup: read "
      "init-p: connection reset by peer: unknown");
  ScriptedRunner once({died, succeeded(running)});
  EXPECT_EQ(Builders({"buildx"}, once, once).inspect("x", true)->nodes[0].status, "running");
  ScriptedRunner always({died, died, died, succeeded(running)});
  const auto error = error_of([&] { Builders({"buildx"}, always, always).inspect("x", true); });
  EXPECT_EQ(always.commands.size(), 3U);
  EXPECT_THAT(error.hint(), HasSubstr("Engine's log"));
  ScriptedRunner other({failed("ERROR: Error response from daemon: OCI runtime create failed: exec format error")});
  error_of([&] { Builders({"buildx"}, other, other).inspect("x", true); });
  EXPECT_EQ(other.commands.size(), 1U);
}

TEST(Builders, RemoveTakesOnlyOurs) {
  ScriptedRunner runner({});
  EXPECT_EQ(error_of([&] { Builders({"buildx"}, runner, runner).remove("default"); }).kind(), ErrorKind::usage);
  EXPECT_TRUE(runner.commands.empty());
}

TEST(Builders, RemoveOfAnAbsentOneSucceeds) {
  ScriptedRunner runner({succeeded(), failed("failed to remove polyarch-x: no builder \"polyarch-x\" found")});
  Builders builders({"buildx"}, runner, runner);
  builders.remove("polyarch-x", true);
  builders.remove("polyarch-x");
  EXPECT_THAT(runner.commands, ElementsAre("buildx rm --keep-state polyarch-x", "buildx rm polyarch-x"));
}

TEST(RunSolve, ThrowsTheCauseAndShowsTheStepWithItsLine) {
  ScriptedRunner runner(
      {failed(sys::read_file(POLYARCH_SOURCE_DIR "/tests/unit/buildkit/data/failed_leg.rawjson", 1U << 20))});
  Solve solve;
  solve.platforms = oci::parse_platforms({"linux/amd64,linux/arm64"});
  solve.context = ".";
  report::Step last;
  const auto error = error_of([&] {
    run_solve(solve, {"docker", "buildx"}, {}, runner, {[&last](const report::Step& step) { last = step; }, {}, {}});
  });
  EXPECT_EQ(error.kind(), ErrorKind::build);
  EXPECT_THAT(error.message(), ::testing::StartsWith("Dockerfile:4: RUN echo \"compiling for arm64\""));
  EXPECT_THAT(error.message(), ::testing::EndsWith("(linux/arm64, stage build, step 2/2) failed with exit code 2"));
  EXPECT_EQ(last.line, 4);
  EXPECT_THAT(runner.commands[0], HasSubstr("docker buildx build --progress rawjson --metadata-file "));
}

TEST(RunSolve, ReturnsStepsAndMetadata) {
  ScriptedRunner runner({{0, false, "checked", R"({"vertexes":[{"digest":"d","name":"[1/1] RUN x"}]})"}});
  Solve solve;
  solve.context = ".";
  const auto result = run_solve(solve, {"buildx"}, {}, runner, {});
  EXPECT_EQ(result.steps.size(), 1U);
  EXPECT_EQ(result.out, "checked");
  EXPECT_FALSE(result.metadata.image) << "buildx wrote none";
}

}  // namespace
}  // namespace polyarch::buildkit
