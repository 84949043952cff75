// The files of the GitHub action, held to what GitHub says of them; the engine fetched from releases on loopback.
#include <gmock/gmock.h>

#include "e2e/engine.hpp"

namespace polyarch::ci_clients {
namespace {

namespace fs = std::filesystem;
using e2e::shown;
using ::testing::HasSubstr;

// Where scripts/ci-clients.sh puts NAME.
std::string installed(const std::string& name) {
  const auto cache = e2e::variable("XDG_CACHE_HOME");
  return (cache.empty() ? e2e::variable("HOME") + "/.cache" : cache) + "/polyarch/clients/" + name;
}

std::string of_project(const std::string& name) {
  return std::string(POLYARCH_SOURCE_DIR) + "/" + name;
}

class GithubFiles : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(installed("bin/node"))) GTEST_SKIP() << "no Node: scripts/ci-clients.sh node";
  }
  static sys::ProcessResult node(std::vector<std::string> arguments) {
    return e2e::run(e2e::joined({installed("bin/node")}, arguments));
  }
  static sys::ProcessResult validate(std::vector<std::string> files) {
    return node(e2e::joined({of_project("tests/ci/github/validate.mjs"), installed("languageservice/node_modules"),
                             of_project("action.yml")},
                            files));
  }
};

TEST_F(GithubFiles, TheEngineIsFetchedCheckedAndKept) {
  const auto result = node({"--test", of_project("tests/ci/github/engine_test.mjs")});
  EXPECT_TRUE(result.ok()) << shown(result);
}

TEST_F(GithubFiles, TheStepsHandOverAndCleanUpWhateverHappens) {
  const auto result = node({"--test", of_project("tests/ci/github/steps_test.mjs")});
  EXPECT_TRUE(result.ok()) << shown(result);
}

TEST_F(GithubFiles, SoItIsByTheShellOfTheOtherWrappers) {
  if (!fs::exists("/bin/busybox")) GTEST_SKIP() << "no busybox";
  const auto result = node({"--test", of_project("tests/ci/engine/script_test.mjs")});
  EXPECT_TRUE(result.ok()) << shown(result);
}

TEST_F(GithubFiles, TheLanguageServiceOfGithubFindsNoFault) {
  if (!fs::exists(installed("languageservice"))) GTEST_SKIP() << "scripts/ci-clients.sh languageservice";
  std::vector<std::string> files{of_project("action.yml"), of_project("README.md"), of_project("docs/github.md")};
  for (const auto& entry : fs::directory_iterator(of_project(".github/workflows"))) files.push_back(entry.path());
  const auto result = validate(files);
  EXPECT_TRUE(result.ok()) << shown(result);

  const sys::TemporaryDirectory directory;
  const auto wrong = directory.path() / "wrong.yml";
  sys::write_file(wrong,
                  "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: me/polyarch@v1\n        with: "
                  "{platfroms: x}\n");
  EXPECT_THAT(validate({wrong}).out, HasSubstr("'platfroms'"));
}

}  // namespace
}  // namespace polyarch::ci_clients
