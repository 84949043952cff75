#include "spec/emit.hpp"

#include <fstream>
#include <gmock/gmock.h>
#include <iterator>

#include "base/text.hpp"
#include "sample.hpp"
#include "spec/inputs.hpp"

namespace polyarch::spec {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Emit, GeneratedFilesAreUpToDate) {
  for (const auto& file : generated_files()) {
    const auto path = std::string(POLYARCH_SOURCE_DIR) + "/" + std::string(file.path);
    EXPECT_TRUE(read(path) == file.text())
        << file.path << " differs from its declaration; run: polyarch spec --emit=" << file.name << " > " << file.path;
  }
}

TEST(Emit, RefusesAnUnknownName) {
  EXPECT_THAT(usage_error([] { emit("travis"); }), HasSubstr("'travis'"));
  EXPECT_EQ(emit("github"), emit_github());
}

TEST(Emit, KeepsSecretsOutOfInputsThatAreShown) {
  EXPECT_THAT(emit_gitlab(), Not(HasSubstr("inputs.secrets")));
  EXPECT_THAT(emit_github(), HasSubstr("\n  secrets:\n"));
}

TEST(Emit, MapsEveryInputToAVariable) {
  for (const auto& option : ci_inputs()) {
    EXPECT_THAT(emit_github(), HasSubstr("\n  " + std::string(option.input()) + ":\n"));
    if (option.more.secret) continue;
    EXPECT_THAT(emit_gitlab(), HasSubstr("$[[ inputs." + std::string(option.input()) + " ]]"));
  }
}

TEST(Emit, TheGithubActionTakesWhateverDockersActionsTake) {
  const auto action = emit_github();
  for (const auto* names : {// build-push-action
                            "add-hosts allow annotations attests build-args build-contexts builder cache-from cache-to "
                            "call cgroup-parent context file labels load network no-cache no-cache-filters outputs "
                            "platforms provenance pull push sbom secrets secret-envs secret-files shm-size ssh tags "
                            "target ulimit github-token",
                            // setup-buildx-action
                            "version driver driver-opts buildkitd-flags buildkitd-config buildkitd-config-inline use "
                            "name endpoint append keep-state cache-binary cleanup",
                            // setup-qemu-action, login-action
                            "image reset cache-image registry username password ecr scope logout registry-auth"}) {
    for (const auto name : text::split(names, ' ')) {
      const auto entry = "\n  " + std::string(name) + ":\n    description";
      const auto found = action.find(entry);
      EXPECT_NE(found, std::string::npos) << name;
      EXPECT_LT(found, action.find("\noutputs:\n")) << name << " is no input";
      EXPECT_EQ(action.substr(0, action.find("\noutputs:\n")).find(entry, found + 1), std::string::npos)
          << name << " stands there twice";
    }
  }
}

TEST(Emit, TheGithubWorkflowHandsOnEveryInputOnce) {
  const auto workflow = emit_github_workflow();
  EXPECT_THAT(workflow, HasSubstr("\n  POLYARCH_BUILD_ARGS: ${{ inputs.build-args }}\n"));
  EXPECT_THAT(workflow, HasSubstr("\n          registry-auth: ${{ secrets.registry-auth }}\n"));
  EXPECT_THAT(workflow, Not(HasSubstr("inputs.registry-auth }")));
  EXPECT_THAT(workflow, Not(HasSubstr("inputs.only")));
}

TEST(Emit, QuotesForYaml) {
  EXPECT_EQ(yaml_quoted("Docker's own: #1"), "'Docker''s own: #1'");
}

TEST(Emit, DocumentsExitCodesAndEscapesTables) {
  EXPECT_THAT(emit_markdown(), HasSubstr("| 10 | test | a test of a platform failed |"));
  EXPECT_THAT(emit_markdown(), HasSubstr("`--cache auto\\|off\\|REPOSITORY`"));
}

}  // namespace
}  // namespace polyarch::spec
