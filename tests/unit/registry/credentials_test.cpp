#include "registry/credentials.hpp"

#include <fstream>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/redact.hpp"
#include "registry/docker_config.hpp"
#include "sys/files.hpp"

namespace polyarch::registry {
namespace {

// Plays the helpers: remembers what was asked, answers by a function.
class FakeRunner final : public sys::Runner {
 public:
  using Answer = std::function<sys::ProcessResult(const sys::Command&)>;
  explicit FakeRunner(Answer answer) : answer_(std::move(answer)) {}
  sys::ProcessResult run(const sys::Command& command) override {
    commands.push_back(command);
    return answer_(command);
  }
  std::vector<sys::Command> commands;

 private:
  Answer answer_;
};

struct Config {
  explicit Config(const std::string& json) { std::ofstream(directory.path() / "config.json") << json; }
  std::optional<Credentials> find(const std::string& registry) {
    return make_credentials(
               {[this] { return own; }, inline_config, {directory.path() / "config.json", podman.path() / "auth.json"}},
               runner)
        ->find(registry);
  }
  sys::TemporaryDirectory directory;
  sys::TemporaryDirectory podman;
  std::string inline_config;
  std::map<std::string, Credentials> own;
  sys::ProcessResult answer;
  FakeRunner runner{[this](const sys::Command&) { return answer; }};
};

TEST(Credentials, ReadsDockersAuths) {
  Config config(R"({"auths":{"https://index.docker.io/v1/":{"auth":"bWU6cDphc3N3b3Jk"},
                            "ghcr.io":{"username":"u","password":"plain-password"},
                            "https://r.example:5000/v2/":{"auth":"bWU6eA==","identitytoken":"refresh-token"},
                            "token.example":{"registrytoken":"given-token"},
                            "broken-lines.example":{"auth":"bWU6cDph\n\rc3N3b3Jk\n"},
                            "empty.example":{}}})");
  EXPECT_EQ(config.find("docker.io")->username, "me");
  EXPECT_EQ(config.find("docker.io")->password, "p:assword");
  EXPECT_EQ(config.find("ghcr.io")->password, "plain-password");
  EXPECT_EQ(config.find("r.example:5000")->identity_token, "refresh-token");
  EXPECT_EQ(config.find("token.example")->registry_token, "given-token");
  EXPECT_EQ(config.find("broken-lines.example")->password, "p:assword");
  EXPECT_FALSE(config.find("empty.example"));
  EXPECT_FALSE(config.find("r.example"));
  EXPECT_EQ(redactor().apply("say plain-password, refresh-token, given-token"), "say ***, ***, ***");
}

TEST(Credentials, PrefersExplicitOnes) {
  Config config(R"({"auths":{"docker.io":{"auth":"bWU6eA=="}},"credsStore":"x"})");
  config.own["index.docker.io"] = {"robot", "explicit-password", ""};
  EXPECT_EQ(config.find("docker.io")->username, "robot");
  EXPECT_TRUE(config.runner.commands.empty());
}

TEST(Credentials, AsksHelpers) {
  Config config(R"({"credHelpers":{"ghcr.io":"own"},"credsStore":"all"})");
  config.answer.out = R"({"ServerURL":"x","Username":"u","Secret":"helper-secret"})";
  EXPECT_EQ(config.find("ghcr.io")->password, "helper-secret");
  EXPECT_EQ(config.runner.commands[0].argv, (std::vector<std::string>{"docker-credential-own", "get"}));
  EXPECT_EQ(config.runner.commands[0].input, "ghcr.io\n");
  config.answer.out = R"({"Username":"<token>","Secret":"identity"})";
  EXPECT_EQ(config.find("docker.io")->identity_token, "identity");
  EXPECT_EQ(config.runner.commands[1].argv[0], "docker-credential-all");
  EXPECT_EQ(config.runner.commands[1].input, "https://index.docker.io/v1/\n");
}

TEST(Credentials, LooksIntoOneSourceAfterAnother) {
  Config config(R"({"auths":{"b.example":{"auth":"ZG9ja2VyOng="}}})");
  std::ofstream(config.podman.path() / "auth.json")
      << R"({"auths":{"b.example":{"auth":"cG9kbWFuOng="},"c.example":{"auth":"cG9kbWFuOng="}}})";
  config.inline_config = R"({"auths":{"a.example":{"auth":"aW5saW5lOng="}}})";
  config.own["o.example"] = {"own", "x", ""};
  EXPECT_EQ(config.find("o.example")->username, "own");
  EXPECT_EQ(config.find("a.example")->username, "inline");
  EXPECT_EQ(config.find("b.example")->username, "docker");
  EXPECT_EQ(config.find("c.example")->username, "podman");
  EXPECT_FALSE(config.find("d.example"));
}

TEST(Credentials, TheLongestPrefixWins) {
  Config config(R"({"auths":{"r.example":{"auth":"YWxsOng="},"r.example/team":{"auth":"dGVhbTp4"},
                            "r.example/team/app":{"auth":"YXBwOng="}}})");
  EXPECT_EQ(config.find("r.example/team/app")->username, "app");
  EXPECT_EQ(config.find("r.example/team/app/sub")->username, "app");
  EXPECT_EQ(config.find("r.example/team/apple")->username, "team");
  EXPECT_EQ(config.find("r.example/teams")->username, "all");
  EXPECT_EQ(config.find("r.example")->username, "all");
  config.own["r.example/team"] = {"robot", "x", ""};
  EXPECT_EQ(config.find("r.example/team/app")->username, "robot");
  EXPECT_EQ(config.find("r.example/other")->username, "all");
}

TEST(Credentials, AreReadAnew) {
  Config config(R"({"auths":{"r.example":{"auth":"b2xkOng="}}})");
  const auto store = make_credentials({{}, "", {config.directory.path() / "config.json"}}, config.runner);
  EXPECT_EQ(store->find("r.example")->username, "old");
  std::ofstream(config.directory.path() / "config.json") << R"({"auths":{"r.example":{"auth":"bmV3Ong="}}})";
  EXPECT_EQ(store->find("r.example")->username, "new");
}

TEST(CredentialSources, FollowTheEnvironment) {
  using Paths = std::vector<std::filesystem::path>;
  const auto files = [](std::map<std::string, std::string, std::less<>> values) {
    return credential_sources(sys::fixed_environment(std::move(values))).files;
  };
  EXPECT_EQ(files({}), Paths());
  EXPECT_EQ(files({{"HOME", "/h"}}), (Paths{"/h/.docker/config.json", "/h/.config/containers/auth.json"}));
  EXPECT_EQ(files({{"HOME", "/h"}, {"DOCKER_CONFIG", "/d"}, {"XDG_RUNTIME_DIR", "/r"}, {"XDG_CONFIG_HOME", "/c"}}),
            (Paths{"/d/config.json", "/r/containers/auth.json", "/c/containers/auth.json"}));
  EXPECT_EQ(files({{"HOME", "/h"}, {"REGISTRY_AUTH_FILE", "/a"}}), (Paths{"/h/.docker/config.json", "/a"}));
  EXPECT_EQ(credential_sources(sys::fixed_environment({{"DOCKER_AUTH_CONFIG", "{}"}})).config, "{}");
}

TEST(Credentials, AHelperWithoutTheRegistryLeavesTheAuths) {
  Config config(R"({"credsStore":"all","auths":{"ghcr.io":{"auth":"bWU6eA=="}}})");
  config.answer = {1, false, "credentials not found in native keychain\n", ""};
  EXPECT_EQ(config.find("ghcr.io")->username, "me");
  EXPECT_FALSE(config.find("other.example"));
}

TEST(Credentials, ABrokenHelperIsAnError) {
  Config config(R"({"credsStore":"all"})");
  config.answer = {2, false, "", "the keychain is locked"};
  try {
    config.find("ghcr.io");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::auth);
    EXPECT_NE(error.message().find("the keychain is locked"), std::string::npos) << error.message();
  }
  config.answer = {0, false, "no json", ""};
  EXPECT_THROW(config.find("ghcr.io"), Error);
}

TEST(Credentials, WithoutAConfigEveryoneIsAnonymous) {
  FakeRunner runner([](const sys::Command&) { return sys::ProcessResult{}; });
  EXPECT_FALSE(make_credentials({{}, "", {"/nonexistent/config.json"}}, runner)->find("ghcr.io"));
  EXPECT_FALSE(make_credentials({}, runner)->find("ghcr.io"));
  EXPECT_FALSE(Config("").find("ghcr.io")) << "an empty file is none, as for Docker";
  EXPECT_FALSE(Config(" \n").find("ghcr.io"));
}

TEST(DockerConfig, RefusesWhatIsMalformed) {
  for (const auto* json :
       {"[]", "x", R"({"auths":7})", R"({"auths":{"a":7}})", R"({"auths":{"a":{"auth":"!!"}}})",
        R"({"auths":{"a":{"auth":"bWU="}}})", R"({"auths":{"a":{"username":1}}})", R"({"credHelpers":{"a":1}})",
        R"({"credHelpers":{"a":"../x"}})", R"({"credsStore":"a b"})", R"({"credsStore":{}})"}) {
    EXPECT_THROW(DockerConfig::parse(json, "config.json"), Error) << json;
  }
}

TEST(DockerConfig, KnowsTheNamesOfRegistries) {
  EXPECT_EQ(credential_key("https://index.docker.io/v1/"), "docker.io");
  EXPECT_EQ(credential_key("registry-1.docker.io"), "docker.io");
  EXPECT_EQ(credential_key("https://GHCR.io/v2/"), "ghcr.io");
  EXPECT_EQ(credential_key("localhost:5000"), "localhost:5000");
  EXPECT_EQ(credential_key("index.docker.io/v1/"), "docker.io");
  EXPECT_EQ(credential_key("QUAY.io/team/sub/"), "quay.io/team/sub");
}

TEST(DockerConfigDirectory, FollowsTheEnvironment) {
  EXPECT_EQ(docker_config_directory(sys::fixed_environment({{"DOCKER_CONFIG", "/c"}, {"HOME", "/h"}})), "/c");
  EXPECT_EQ(docker_config_directory(sys::fixed_environment({{"HOME", "/h"}})), "/h/.docker");
  EXPECT_EQ(docker_config_directory(sys::fixed_environment({})), "");
}

}  // namespace
}  // namespace polyarch::registry
