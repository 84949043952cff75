// ci/gitlab/polyarch.yml, run by gitlab-ci-local.
#include "ci/client.hpp"

namespace polyarch::ci_clients {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Gitlab : public Project {
 protected:
  void SetUp() override {
    Project::SetUp();
    if (!IsSkipped() && (!fs::exists(client("gitlab-ci-local")) || !fs::exists(client("bin/node")))) {
      GTEST_SKIP() << "no gitlab-ci-local: scripts/ci-clients.sh gitlab-ci-local node";
    }
  }

  // A pipeline that includes the template as `how` says, and hands the digest on to a later job.
  void pipeline(const Json& how, Json inputs) const {
    if (!inputs.contains("release-url")) inputs["engine"] = e2e::engine_path();
    inputs["docker"] = "host";
    auto include = how;
    include["inputs"] = inputs;
    const Json later{
        {"stage", "deploy"}, {"needs", {"polyarch"}}, {"script", {"echo \"image is $POLYARCH_REFERENCE\""}}};
    // JSON is YAML, too.
    e2e::write(project() / ".gitlab-ci.yml", Json{{"include", {include}}, {"later", later}}.dump(2));
    e2e::write(project() / ".gitignore", ".gitlab-ci-local*\npolyarch-report\n");
    commit();
  }
  static Json local() { return {{"local", "ci/polyarch.yml"}}; }
  static Json component() { return {{"component", "gitlab.invalid/group/app/polyarch@$CI_COMMIT_SHA"}}; }

  // What GitLab gives its jobs, and what a project keeps in its settings.
  Json variables(std::string_view password = login_canary) const {
    return {
        {"CI", "true"},
        {"GITLAB_CI", "true"},
        {"CI_REGISTRY", registry()},
        {"CI_REGISTRY_USER", "ci"},
        {"CI_REGISTRY_PASSWORD", password},
        {"CI_JOB_TOKEN", job_canary},
        {"CI_REPOSITORY_URL", "https://gitlab-ci-token:" + std::string(job_canary) + "@gitlab.invalid/group/app.git"},
        {"CI_DEPENDENCY_PROXY_SERVER", "gitlab.invalid:443"},
        {"CI_DEPENDENCY_PROXY_USER", "gitlab-ci-token"},
        {"CI_DEPENDENCY_PROXY_PASSWORD", job_canary},
        {"SOURCES", secret_context},
        {"POLYARCH_SECRETS", "token=" + std::string(token_canary)}};
  }

  sys::ProcessResult run_pipeline(const Json& variables, std::map<std::string, std::string> runner = {}) const {
    e2e::write(project() / ".gitlab-ci-local-variables.yml", variables.dump());
    runner.merge(surroundings());
    const auto program = client("gitlab-ci-local/node_modules/gitlab-ci-local/dist/index.js");
    return run(
        {"sh", "-c", "cd \"$0\" && exec \"$@\"", project().string(), client("bin/node").string(), program.string(),
         "--force-shell-executor", "--shell-isolation", "--home", path("home").string(), "--ignore-predefined-vars",
         "CI,GITLAB_CI,CI_REGISTRY,CI_REGISTRY_USER,CI_REGISTRY_PASSWORD,CI_JOB_TOKEN,CI_REPOSITORY_URL,"
         "CI_DEPENDENCY_PROXY_SERVER,CI_DEPENDENCY_PROXY_USER,CI_DEPENDENCY_PROXY_PASSWORD"},
        std::move(runner));
  }

  void expect_no_canary(const sys::ProcessResult& result) const {
    EXPECT_FALSE(has_canary(result.out + result.err)) << shown(result);
    EXPECT_THAT(files_with_canaries(path("tmp")), IsEmpty());
    EXPECT_THAT(files_with_canaries(variable("DOCKER_CONFIG")), IsEmpty());
    EXPECT_THAT(files_with_canaries(project()), ElementsAre(".gitlab-ci-local-variables.yml"));
  }

  void copy_template(const std::string& to) const {
    fs::create_directories((project() / to).parent_path());
    fs::copy(source("ci/gitlab/polyarch.yml"), project() / to);
  }
};

TEST_F(Gitlab, OneJobPublishesWhatTheEngineMakesOfTheSameInputs) {
  copy_template("ci/polyarch.yml");
  pipeline(local(), inputs());
  ArgumentsWatch watch;
  const auto result = run_pipeline(variables());
  EXPECT_THAT(watch.end(), IsEmpty());
  EXPECT_GT(watch.looks(), 10U);
  ASSERT_TRUE(result.ok()) << shown(result);
  const auto digest = digest_of(tag());
  EXPECT_EQ(digest, expected_digest());
  EXPECT_THAT(result.out, HasSubstr("image is " + tag() + "@" + digest));
  EXPECT_THAT(result.out, HasSubstr("linux/arm64  ✓ passed"));
  EXPECT_THAT(result.out + result.err, HasSubstr("json schema validated")) << "GitLab's own";
  const auto report = project() / "polyarch-report";
  EXPECT_EQ(e2e::read_json(report / "report.json").at("digest"), digest);
  EXPECT_TRUE(fs::exists(report / "junit.xml"));

  expect_no_canary(result);
}

TEST_F(Gitlab, FetchesAnEngineWhereNoneIs) {
  copy_template("ci/polyarch.yml");
  auto given = inputs();
  given["release-url"] = release();
  pipeline(local(), given);
  const auto result = run_pipeline(variables(), {{"XDG_CACHE_HOME", path("cache").string()}});
  ASSERT_TRUE(result.ok()) << shown(result);
  EXPECT_THAT(result.out, HasSubstr("image is " + tag() + "@" + digest_of(tag())));
  EXPECT_FALSE(fs::is_empty(path("cache/polyarch")));
}

TEST_F(Gitlab, AMatrixOfTheComponentPublishesTheSame) {
  copy_template("templates/polyarch.yml");
  auto given = inputs();
  given["mode"] = "matrix";
  given["matrix"] = {{{"PLATFORM", "linux/amd64"}, {"RUNNER", "intel"}},
                     {{"PLATFORM", "linux/arm64"}, {"RUNNER", "arm"}}};
  pipeline(component(), given);
  const auto result = run_pipeline(variables());
  ASSERT_TRUE(result.ok()) << shown(result);
  const auto digest = digest_of(tag());
  EXPECT_EQ(digest, expected_digest());
  EXPECT_THAT(result.out, HasSubstr("image is " + tag() + "@" + digest));
}

TEST_F(Gitlab, WhatFailsIsRedAndSaysWhy) {
  copy_template("ci/polyarch.yml");
  const auto before = occupy_tag();
  ArgumentsWatch watch;
  for (const auto& red : red_cases()) {
    auto given = inputs();
    given.update(red.inputs);
    if (given.contains("context")) given["context"] = "$SOURCES";
    pipeline(local(), given);
    fs::remove_all(project() / "polyarch-report");
    auto known = variables(red.wrong_password ? "wrong" : login_canary);
    known.update(Json(red.variables));
    const auto result = run_pipeline(known);
    expect_red(red, result, project() / "polyarch-report", before);
    expect_no_canary(result);
  }
  EXPECT_THAT(watch.end(), IsEmpty());
}

// As Docker in Docker offers it: an Engine that takes none but its certificate's owner.
constexpr const char* tls_proxy = R"(
const [directory, socket] = process.argv.slice(2);
const read = (name) => require('fs').readFileSync(`${directory}/${name}`);
require('tls').createServer({key: read('key.pem'), cert: read('cert.pem'), ca: read('ca.pem'), requestCert: true}, (from) => {
  const to = require('net').connect(socket);
  from.pipe(to).pipe(from);
  for (const end of [from, to]) end.on('error', () => { from.destroy(); to.destroy(); });
}).listen(0, '127.0.0.1', function () { console.log(this.address().port); });
)";

class TlsEngine {
 public:
  explicit TlsEngine(const fs::path& directory) : directory_(directory) {
    e2e::write(directory / "proxy.cjs", tls_proxy);
    const auto made = run({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                           "-nodes", "-days", "2", "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1",
                           "-keyout", (directory / "key.pem").string(), "-out", (directory / "cert.pem").string()});
    EXPECT_TRUE(made.ok()) << shown(made);
    fs::copy(directory / "cert.pem", directory / "ca.pem");
    thread_ = std::thread([this] { serve(); });
    while (port_ == 0 && !ended_) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  ~TlsEngine() {
    cancel_.request();
    thread_.join();
  }
  std::string address() const { return "tcp://127.0.0.1:" + std::to_string(port_); }

 private:
  void serve() {
    sys::SystemRunner runner(&cancel_);
    try {
      const auto socket = variable("DOCKER_HOST").substr(std::string_view("unix://").size());
      runner.run(
          {.argv = {client("bin/node").string(), (directory_ / "proxy.cjs").string(), directory_.string(), socket},
           .on_stdout = [this](std::string_view line) { port_ = std::stoi(std::string(line)); }});
    } catch (const std::exception&) {  // cancelled: that is its end
    }
    ended_ = true;
  }

  fs::path directory_;
  sys::Cancel cancel_;
  std::atomic<int> port_ = 0;
  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

std::vector<std::string> files_below(const fs::path& directory) {
  std::vector<std::string> out;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) out.push_back(entry.path().string());
  }
  return out;
}

TEST_F(Gitlab, MakesABuilderBehindAnEngineWithTls) {
  fs::create_directories(path("certs"));
  const TlsEngine engine(path("certs"));
  copy_template("ci/polyarch.yml");
  auto given = inputs();
  given.erase("builder");
  given["driver"] = "docker-container";
  given["driver-opts"] = {"image=" + variable("POLYARCH_BUILDKIT_IMAGE")};
  pipeline(local(), given);
  const auto result = run_pipeline(variables(), {{"DOCKER_CONFIG", path("docker").string()},
                                                 {"DOCKER_HOST", engine.address()},
                                                 {"DOCKER_TLS_VERIFY", "1"},
                                                 {"DOCKER_CERT_PATH", path("certs").string()}});
  ASSERT_TRUE(result.ok()) << shown(result);
  EXPECT_EQ(digest_of(tag()), expected_digest());
  EXPECT_EQ(left_overs(), "");
  EXPECT_THAT(files_below(path("docker/contexts")), IsEmpty()) << "of the context";
}

}  // namespace
}  // namespace polyarch::ci_clients
