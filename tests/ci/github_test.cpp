// action.yml and the reusable workflow, run by act on this machine.
#include <cstdlib>

#include "ci/client.hpp"
#include "ci/tls_buildkit.hpp"

namespace polyarch::ci_clients {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

Json local_action(const Json& inputs) {
  auto with = Json::object();
  for (const auto& [name, value] : inputs.items()) {
    with[name] = value.is_array() ? text::join(value.get<std::vector<std::string>>(), "\n") : value.get<std::string>();
  }
  return {{"id", "image"}, {"uses", "./polyarch"}, {"with", with}};
}

class Github : public Project {
 protected:
  void SetUp() override {
    Project::SetUp();
    if (IsSkipped()) return;
    if (!fs::exists(client("bin/act")) || !fs::exists(client("bin/node"))) {
      GTEST_SKIP() << "no act: scripts/ci-clients.sh act node";
    }
    for (const auto* file : {"action.yml", "CMakeLists.txt"}) {
      fs::create_directories(project() / "polyarch");
      fs::copy(source(file), project() / "polyarch");
    }
    fs::create_directories(project() / "polyarch/ci");
    fs::copy(source("ci/github-action"), project() / "polyarch/ci/github-action");
  }

  // JSON is YAML, too.
  void workflow(const Json& jobs) const {
    e2e::write(project() / ".github/workflows/push.yml", Json{{"on", "push"}, {"jobs", jobs}}.dump(2));
    commit();
  }

  // The runner is not told that they are secret: what hides them is the engine.
  static Json hidden_inputs() {
    return {{"registry-auth", "${{ vars.LOGIN }}"}, {"secrets", "token=${{ vars.TOKEN }}"}};
  }

  void build_job(Json given) const {
    given["engine-path"] = e2e::engine_path();
    given["report-dir"] = report().string();
    given.update(hidden_inputs());
    const Json steps{{{"uses", "actions/checkout@v5"}},
                     local_action(given),
                     {{"run", "echo 'image is ${{ steps.image.outputs.reference }}; token is ${{ vars.TOKEN }}'"}}};
    workflow({{"image", {{"runs-on", "ubuntu-latest"}, {"steps", steps}}}});
  }

  fs::path report() const { return path("report"); }

  sys::ProcessResult act(const std::vector<std::string>& more = {}, std::string_view password = login_canary,
                         const std::map<std::string, std::string>& variables = {}) const {
    auto env = surroundings();
    env["XDG_CACHE_HOME"] = path("act").string();
    env["PATH"] = client("bin").string() + ":" + variable("PATH");
    e2e::write(path("vars"), "LOGIN=" + registry() + "=ci:" + std::string(password) +
                                 "\nTOKEN=" + std::string(token_canary) + "\nSOURCES=" + secret_context + "\n");
    e2e::write(path("secrets"), "GITHUB_TOKEN=" + std::string(job_canary) + "\n");
    auto job = "ACTIONS_RUNTIME_TOKEN=" + std::string(job_canary) + "\n";
    for (const auto& [name, value] : variables) job += name + "=" + value + "\n";
    e2e::write(path("env"), job);
    return run(e2e::joined({"env", "-C", project().string(), "act", "push", "--platform", "ubuntu-latest=-self-hosted",
                            "--platform", "ubuntu-24.04-arm=-self-hosted", "--no-cache-server", "--var-file",
                            path("vars").string(), "--secret-file", path("secrets").string(), "--env-file",
                            path("env").string()},
                           more),
               env);
  }

  void expect_no_canary(const sys::ProcessResult& result) const {
    EXPECT_FALSE(has_canary(result.out + result.err)) << shown(result);
    EXPECT_THAT(files_with_canaries(path("tmp")), IsEmpty());
    EXPECT_THAT(files_with_canaries(path("act")), IsEmpty());
    EXPECT_THAT(files_with_canaries(project()), IsEmpty());
    EXPECT_THAT(files_with_canaries(variable("DOCKER_CONFIG")), IsEmpty());
    fs::create_directories(report());
    EXPECT_THAT(files_with_canaries(report()), IsEmpty());
  }
};

TEST_F(Github, OneJobPublishesWhatTheEngineMakesOfTheSameInputs) {
  build_job(inputs());
  ArgumentsWatch watch;
  const auto result = act();
  EXPECT_THAT(watch.end(), IsEmpty());
  EXPECT_GT(watch.looks(), 10U);
  ASSERT_TRUE(result.ok()) << shown(result);
  const auto digest = digest_of(tag());
  EXPECT_EQ(digest, expected_digest());
  EXPECT_THAT(result.out, HasSubstr("image is " + tag() + "@" + digest));
  EXPECT_THAT(result.out, HasSubstr("| <code>linux/arm64</code> | ✓ passed |")) << "the summary of the job";
  EXPECT_EQ(e2e::read_json(report() / "report.json").at("digest"), digest);
  EXPECT_THAT(left_overs(), IsEmpty());
  expect_no_canary(result);
}

TEST_F(Github, BuildsOnABuildkitElsewhereThatWantsCertificates) {
  if (!fs::exists(TlsBuildkit::program())) GTEST_SKIP() << "no buildkitd beside buildctl";
  make_certificates(path("certs"));
  make_certificates(path("foreign"));
  const TlsBuildkit buildkit(path("certs"), path("buildkit"));
  auto given = inputs();
  given["builder"] = buildkit.address();
  const auto with_certificates = [&](const std::string& owner) {
    given["driver-opts"] = {"cacert=" + path("certs/ca.pem").string(), "cert=" + path(owner + "/cert.pem").string(),
                            "key=" + path(owner + "/key.pem").string()};
    build_job(given);
    return act();
  };
  const auto before = occupy_tag();
  EXPECT_FALSE(with_certificates("foreign").ok());
  EXPECT_EQ(digest_of(tag()), before);
  const auto result = with_certificates("certs");
  ASSERT_TRUE(result.ok()) << shown(result);
  EXPECT_EQ(digest_of(tag()), expected_digest());
  EXPECT_EQ(left_overs(), "");
}

TEST_F(Github, TenLinesThatCallTheWorkflowPublishTheSameFromAJobForEachPlatform) {
  fs::create_directories(project() / ".github/workflows");
  fs::copy(source(".github/workflows/image.yml"), project() / ".github/workflows/image.yml");
  auto with = local_action(inputs())["with"];
  with["engine-path"] = e2e::engine_path();
  workflow({{"image", {{"uses", "./.github/workflows/image.yml"}, {"with", with}, {"secrets", hidden_inputs()}}}});
  // What actions/checkout would fetch from where the workflow comes from.
  e2e::write(path("checkout/action.yml"),
             "name: checkout\ndescription: x\ninputs: {path: {description: x}}\n"
             "runs: {using: composite, steps: [{shell: sh, run: 'mkdir -p "
             "${{ inputs.path }} && cp -r polyarch/. ${{ inputs.path }}'}]}\n");
  const auto result =
      act({"--local-repository", "actions/checkout@v5=" + path("checkout").string(), "--concurrent-jobs", "1"});
  ASSERT_TRUE(result.ok()) << shown(result);
  const auto digest = digest_of(tag());
  EXPECT_EQ(digest, expected_digest());
  // act does not hand on what only one job of a matrix puts out; the jobs themselves say it.
  EXPECT_THAT(result.out, HasSubstr("::set-output:: reference=" + tag() + "@" + digest));
  expect_no_canary(result);
}

TEST_F(Github, WhatFailsIsRedAndSaysWhy) {
  const auto before = occupy_tag();
  ArgumentsWatch watch;
  for (const auto& red : red_cases()) {
    auto given = inputs();
    given.update(red.inputs);
    if (given.contains("context")) given["context"] = "${{ vars.SOURCES }}";
    build_job(given);
    fs::remove_all(report());
    const auto result = act({}, red.wrong_password ? "wrong" : login_canary, red.variables);
    expect_red(red, result, report(), before);
    EXPECT_THAT(result.out, HasSubstr("::error")) << red.name;
    EXPECT_THAT(result.out, HasSubstr("### ✗ failed")) << red.name << ": the summary of the job";
    expect_no_canary(result);
  }
  EXPECT_THAT(watch.end(), IsEmpty());
}

// The builder is removed and the directory with the credentials, though nothing of the engine lived to do it.
TEST_F(Github, ARunThatIsKilledLeavesNothing) {
  const auto script = path("engine");
  e2e::write(script,
             "#!/bin/sh\n[ \"$1\" = build ] || exec " + e2e::engine_path() + " \"$@\"\n" + e2e::engine_path() +
                 " \"$@\" &\nwhile ! docker ps | grep -q \"buildx_buildkit_$(cat \"$POLYARCH_BUILDERS_FILE\")0\"; "
                 "do sleep 0.1; done 2> /dev/null\nkill -9 $!\nexit 137\n");
  fs::permissions(script, fs::perms::owner_all);
  auto given = inputs();
  given.erase("builder");
  given["driver"] = "docker-container";
  given["driver-opts"] = "image=" + variable("POLYARCH_BUILDKIT_IMAGE");
  auto env = surroundings();
  const auto with = local_action(given).at("with");
  for (const auto& [name, value] : with.items()) {
    auto upper = "INPUT_" + name;
    std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return std::toupper(c); });
    env[upper] = value;
  }
  env["INPUT_ENGINE-PATH"] = script.string();
  env["INPUT_REGISTRY-AUTH"] = registry() + "=" + std::string(login);
  env["RUNNER_TEMP"] = path("tmp").string();
  env["GITHUB_STATE"] = path("state").string();
  const auto node = client("bin/node").string();
  const auto action = project() / "polyarch/ci/github-action";
  const auto directory = project().string();
  const auto main = run({"env", "-C", directory, node, action / "main.mjs"}, env);
  EXPECT_FALSE(main.ok()) << shown(main);
  EXPECT_THAT(left_overs(), Not(IsEmpty())) << shown(main);
  const auto state = sys::read_file(path("state"), 1U << 16);
  for (const auto line : text::split(state, '\n')) {
    if (const auto pair = text::cut(line, '=')) env["STATE_" + std::string(pair->first)] = pair->second;
  }
  const auto post = run({node, action / "post.mjs"}, env);
  EXPECT_TRUE(post.ok()) << shown(post);
  // Docker takes the container out of its list a moment later.
  for (int tries = 0; !left_overs().empty() && tries < 300; ++tries)
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_THAT(left_overs(), IsEmpty()) << shown(post);
  EXPECT_TRUE(fs::is_empty(path("tmp")));
}

}  // namespace
}  // namespace polyarch::ci_clients
