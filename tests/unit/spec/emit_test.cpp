#include "spec/emit.hpp"

#include <fstream>
#include <gmock/gmock.h>
#include <iterator>

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

TEST(Emit, QuotesForYaml) {
  EXPECT_EQ(yaml_quoted("Docker's own: #1"), "'Docker''s own: #1'");
}

TEST(Emit, DocumentsExitCodesAndEscapesTables) {
  EXPECT_THAT(emit_markdown(), HasSubstr("| 10 | test | a test of a platform failed |"));
  EXPECT_THAT(emit_markdown(), HasSubstr("`--cache auto\\|off\\|REPOSITORY`"));
}

}  // namespace
}  // namespace polyarch::spec
