#include "app/host_options.hpp"

#include <filesystem>
#include <gmock/gmock.h>

#include "base/error.hpp"
#include "base/redact.hpp"
#include "sys/files.hpp"

namespace polyarch::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* commit = "https://git.example/me/app.git#abc";

ci::Host host_with(const std::filesystem::path& workspace) {
  ci::Host host;
  host.name = "github";
  host.git_context = commit;
  host.workspace = workspace;
  return host;
}

std::string context_on(const ci::Host& host, const std::string& context) {
  spec::BuildOptions options;
  options.context = context;
  return host_options(options, host).context;
}

TEST(HostOptions, ALoginInTheUrlOfAGitContextIsASecret) {
  spec::BuildOptions options;
  options.context = "https://me:context-token-1@git.example:8443/app.git#main";
  options.build_contexts = {"lib=https://context-token-2@lib.example/lib.git", "src=lib"};
  const auto taken = host_options(options, {});
  EXPECT_EQ(taken.context, "https://git.example:8443/app.git#main");
  EXPECT_THAT(taken.build_contexts, ElementsAre("lib=https://lib.example/lib.git", "src=lib"));
  EXPECT_THAT(taken.secret_values, ElementsAre("GIT_AUTH_HEADER.git.example:8443=basic bWU6Y29udGV4dC10b2tlbi0x",
                                               "GIT_AUTH_HEADER.lib.example=basic Y29udGV4dC10b2tlbi0yOg=="));
  EXPECT_EQ(redactor().apply("a context-token-1, a context-token-2"), "a ***, a ***");
}

TEST(HostOptions, OtherUrlsKeepWhatTheyHave) {
  for (const auto* context : {"ssh://git@git.example/app.git", "https://git.example/app.git", "git@git.example:app.git",
                              "https://me:archive-token@files.example/app.tar.gz", "a@b/c"}) {
    EXPECT_EQ(context_on({}, context), context);
  }
  EXPECT_EQ(redactor().apply("archive-token"), "***");
}

TEST(HostOptions, AUserAndAPasswordAreALogin) {
  spec::BuildOptions options;
  options.registry_auths = {"ghcr.io=a:b"};
  options.username = "me";
  options.password = "p:w";
  EXPECT_THAT(host_options(options, {}).registry_auths, ElementsAre("ghcr.io=a:b", "docker.io=me:p:w"));
  options.registry = "r.example";
  EXPECT_THAT(host_options(options, {}).registry_auths, ElementsAre("ghcr.io=a:b", "r.example=me:p:w"));
  options.password.clear();
  EXPECT_THROW(host_options(options, {}), Error);
}

TEST(HostOptions, TheCommitIsBuiltWhereNothingWasCheckedOut) {
  const sys::TemporaryDirectory workspace;
  const auto host = host_with(workspace.path());
  EXPECT_EQ(context_on(host, "."), commit);
  EXPECT_EQ(context_on(host, "app"), "app");
  sys::write_file(workspace.path() / "Dockerfile", "FROM scratch");
  EXPECT_EQ(context_on(host, "."), ".");
  EXPECT_EQ(context_on(host, "{{defaultContext}}:app"), std::string(commit) + ":app");
  EXPECT_EQ(context_on(host_with("/nowhere"), "."), ".");
  EXPECT_EQ(context_on({}, "{{defaultContext}}"), "{{defaultContext}}");
}

TEST(HostOptions, NamesTheInputsThatDoNothing) {
  const auto line = idle_inputs_line(
      host_with(""), sys::fixed_environment({{"POLYARCH_CACHE_BINARY", "true"}, {"POLYARCH_LOGOUT", "false"}}));
  EXPECT_THAT(line, ::testing::StartsWith("::notice::inputs without effect: cache-binary ("));
  EXPECT_THAT(line, HasSubstr(", logout ("));
  EXPECT_EQ(idle_inputs_line(host_with(""), sys::fixed_environment({{"POLYARCH_TAGS", "x"}})), "");
}

}  // namespace
}  // namespace polyarch::app
