#pragma once
#include <gmock/gmock.h>

#include "ci/canaries.hpp"
#include "e2e/engine.hpp"

// The wrappers, run by CI systems' own clients on the testbed.
namespace polyarch::ci_clients {

namespace fs = std::filesystem;
using e2e::run;
using e2e::shown;
using e2e::variable;

// Where scripts/ci-clients.sh puts NAME.
inline fs::path client(const std::string& name) {
  const auto cache = variable("XDG_CACHE_HOME");
  return fs::path(cache.empty() ? variable("HOME") + "/.cache" : cache) / "polyarch/clients" / name;
}

inline fs::path source(const std::string& name) {
  return fs::path(POLYARCH_SOURCE_DIR) / name;
}

// What makes a run red, and what its log and its report must say of it.
struct RedCase {
  const char* name;
  Json inputs;  // instead of those of the green run
  const char* reason;
  bool wrong_password = false;
  std::map<std::string, std::string> variables = {};
};

// Nobody is there. A pipeline gets it by a variable.
inline const std::string secret_context = "https://me:" + std::string(context_canary) + "@127.0.0.1:9/app.git";

// A repository with tests/ci/project, and a registry that wants a login.
class Project : public e2e::Testbed {
 protected:
  void SetUp() override {
    Testbed::SetUp();
    if (IsSkipped()) return;
    // The testbed's BuildKit is a remote node to the engine, which registers nothing on such.
    const auto registered = e2e::engine({"qemu", "register", "linux/arm64"});
    ASSERT_TRUE(registered.ok()) << shown(registered);
    e2e::write(path("users"), htpasswd_line);
    registry_ =
        std::make_unique<e2e::ServedRegistry>(std::vector<std::string>{"--auth", "htpasswd:" + path("users").string()});
    e2e::write(path("auth.json"), Json{{"auths", {{registry_->address(), {{"auth", encoded_login}}}}}}.dump());
    fs::create_directories(path("tmp"));
    fs::copy(source("tests/ci/project"), project());
    git({"init", "--quiet", "--initial-branch", "main"});
    git({"remote", "add", "origin", "https://me:" + std::string(origin_canary) + "@gitlab.invalid/group/app.git"});
  }

  fs::path project() const { return path("project"); }
  void git(const std::vector<std::string>& arguments) const {
    const auto done = run(e2e::joined({"git", "-C", project().string()}, arguments));
    ASSERT_TRUE(done.ok()) << shown(done);
  }
  void commit() const {
    git({"add", "--all"});
    git({"-c", "user.name=test", "-c", "user.email=test@test.invalid", "commit", "--quiet", "--allow-empty",
         "--message", "app"});
  }

  std::string registry() const { return registry_->address(); }
  std::string tag() const { return registry() + "/group/app:1"; }
  // What a tag names, by an independent client.
  std::string digest_of(const std::string& reference) const {
    const auto result = run({"skopeo", "inspect", "--authfile", path("auth.json").string(), "--tls-verify=false",
                             "--format", "{{.Digest}}", "--override-arch", "amd64", "docker://" + reference});
    return result.ok() ? std::string(text::trim(result.out)) : "nothing";
  }
  // Gives the tag to another image; returns its digest.
  std::string occupy_tag() const {
    const auto copied = run({"skopeo", "copy", "--quiet", "--authfile", path("auth.json").string(),
                             "--src-tls-verify=false", "--dest-tls-verify=false", "--override-arch", "amd64",
                             "docker://" + variable("POLYARCH_TESTBED_BASE"), "docker://" + tag()});
    EXPECT_TRUE(copied.ok()) << shown(copied);
    return digest_of(tag());
  }

  // By the names that the inputs have on every CI system. What is built from them is the same to the byte wherever and
  // however often: steps write the time of the epoch, nothing comes from a cache that would word the history anew, and
  // there is no provenance, which tells of the machine.
  Json inputs() const {
    return {{"platforms", {"linux/amd64", "linux/arm64"}},
            {"tags", {tag()}},
            {"build-args", {base_argument(), "SOURCE_DATE_EPOCH=1700000000"}},
            {"outputs", {"type=image,name=" + tag() + ",push=true,rewrite-timestamp=true"}},
            {"provenance", "false"},
            {"cache", "off"},
            {"builder", {variable("POLYARCH_TESTBED_BUILDKIT")}},
            {"tests", {"/greet | grep \"Hello from $(cat /machine)\"", "test \"$(cat /machine)\" != none"}}};
  }
  // What the engine makes of them without any CI system, and anew.
  std::string expected_digest() const {
    const auto other = registry() + "/group/app:by-hand";
    const auto built = e2e::engine(
        {"build", "--no-cache", "--provenance", "false", "--cache", "off", "--platform", "linux/amd64,linux/arm64",
         "--output", "type=image,name=" + other + ",push=true,rewrite-timestamp=true", "--builder",
         variable("POLYARCH_TESTBED_BUILDKIT"), "--build-arg", base_argument(), "--build-arg",
         "SOURCE_DATE_EPOCH=1700000000", source("tests/ci/project").string()},
        {{"POLYARCH_REGISTRY_AUTH", registry() + "=" + std::string(login)}});
    EXPECT_TRUE(built.ok()) << shown(built);
    return digest_of(other);
  }

  std::vector<RedCase> red_cases() const {
    const auto broken = Json{{"build-args", {base_argument(), "BROKEN=arm64"}}};
    return {{"a platform that does not build", broken, "Dockerfile:9"},
            {"a test that fails", {{"tests", {"linux/arm64:test -e /nowhere"}}}, "test -e /nowhere"},
            {"a wrong password", Json::object(), "UNAUTHORIZED", true},
            {"an input that is wrong", {{"file", "Dockerfile.lost"}}, "Dockerfile.lost"},
            {"options that contradict each other",
             Json::object(),
             "are both set",
             false,
             {{"POLYARCH_PLATFORM", "linux/s390x"}}},
            {"sources that nobody has", {{"context", secret_context}}, "127.0.0.1:9"}};
  }
  // One run of a case: red, the tag where it was, and the reason in log and report.
  void expect_red(const RedCase& red, const sys::ProcessResult& result, const fs::path& report,
                  const std::string& before) const {
    EXPECT_FALSE(result.ok()) << red.name << shown(result);
    EXPECT_EQ(digest_of(tag()), before) << red.name;
    EXPECT_THAT(result.out + result.err, testing::HasSubstr(red.reason)) << red.name;
    ASSERT_TRUE(fs::exists(report / "report.json")) << red.name << shown(result);
    EXPECT_EQ(e2e::read_json(report / "report.json").at("result"), "failed") << red.name;
    for (const auto* file : {"report.json", "report.md", "junit.xml"}) {
      EXPECT_THAT(sys::read_file(report / file, 1U << 20), testing::HasSubstr(red.reason)) << red.name << ": " << file;
    }
    EXPECT_THAT(sys::read_file(report / "junit.xml", 1U << 20), testing::HasSubstr("<failure")) << red.name;
  }

  // A release with this engine; returns its address.
  std::string release() const {
    const auto name = fs::exists("/lib64/ld-linux-x86-64.so.2") ? "polyarch-linux-amd64" : "polyarch-linux-arm64";
    const auto sums = run({"sha256sum", e2e::engine_path()});
    fs::create_directories(path("release"));
    fs::create_symlink(e2e::engine_path(), path("release") / name);
    e2e::write(path("release/SHA256SUMS"), sums.out.substr(0, 64) + "  " + name + "\n");
    return "file://" + path("release").string();
  }

  // What a client is run with: its temporary files are ours to look through.
  std::map<std::string, std::string> surroundings() const {
    return {{"TMPDIR", path("tmp").string()},
            {"HTTPS_PROXY", "http://me:" + std::string(proxy_canary) + "@127.0.0.1:9"},
            {"NO_PROXY", "127.0.0.1"}};
  }

  std::unique_ptr<e2e::ServedRegistry> registry_;
};

}  // namespace polyarch::ci_clients
