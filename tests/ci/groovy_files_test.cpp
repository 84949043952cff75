// The library for Jenkins, held to Groovy's own compiler in Jenkins' version, and to CodeNarc.
#include <gmock/gmock.h>

#include "ci/client.hpp"

namespace polyarch::ci_clients {
namespace {

using ::testing::HasSubstr;

class GroovyFiles : public testing::Test {
 protected:
  void SetUp() override {
    for (const auto* name : {"groovy/jars", "codenarc/jars"}) {
      if (!fs::exists(client(name))) GTEST_SKIP() << "no Groovy: scripts/ci-clients.sh groovy codenarc";
    }
  }

  static sys::ProcessResult java(const std::string& jars, const std::vector<std::string>& arguments) {
    return run(e2e::joined({"java", "-cp", client(jars).string() + "/*"}, arguments));
  }
  sys::ProcessResult compile(const fs::path& file) const {
    return java("groovy/jars", {"org.codehaus.groovy.tools.FileSystemCompiler", "--configscript",
                                source("tests/ci/jenkins/compile.groovy"), "-d", directory().string(), file.string()});
  }
  static sys::ProcessResult lint(const fs::path& library) {
    return java("codenarc/jars",
                {"org.codenarc.CodeNarc", "-basedir=" + library.string(), "-includes=vars/*.groovy",
                 "-rulesetfiles=file:" + source("ci/jenkins/codenarc.groovy").string(), "-report=console",
                 "-maxPriority1Violations=0", "-maxPriority2Violations=0", "-maxPriority3Violations=0"});
  }
  fs::path directory() const { return scratch_.path(); }
  fs::path written(const std::string& text) const {
    e2e::write(directory() / "vars/wrong.groovy", text);
    return directory() / "vars/wrong.groovy";
  }

 private:
  sys::TemporaryDirectory scratch_;
};

TEST_F(GroovyFiles, CompileAsTheyAre) {
  for (const auto& entry : fs::directory_iterator(source("ci/jenkins/vars"))) {
    if (entry.path().extension() != ".groovy") continue;
    const auto result = compile(entry.path());
    EXPECT_TRUE(result.ok()) << shown(result);
    EXPECT_TRUE(fs::exists(directory() / (entry.path().stem().string() + ".class")));
  }
  EXPECT_FALSE(compile(written("def call( { }\n")).ok());
  EXPECT_FALSE(compile(written("def call() { return (1..3).toList().stream().map(x -> x) }\n")).ok()) << "of Groovy 3";
}

TEST_F(GroovyFiles, ALinterFindsNoFault) {
  const auto result = lint(source("ci/jenkins"));
  EXPECT_TRUE(result.ok()) << shown(result);
  EXPECT_THAT(result.out, HasSubstr("FilesWithViolations=0")) << shown(result);
  EXPECT_THAT(result.out, testing::Not(HasSubstr("TotalFiles=0"))) << shown(result);

  written("def call() {\n  def unused = 1\n  return 2\n}\n");
  const auto wrong = lint(directory());
  EXPECT_FALSE(wrong.ok()) << shown(wrong);
  EXPECT_THAT(wrong.out, HasSubstr("UnusedVariable"));
}

}  // namespace
}  // namespace polyarch::ci_clients
