#include "ci/github_commands.hpp"

#include <gmock/gmock.h>

#include "base/text.hpp"
#include "ci/host.hpp"

namespace polyarch::ci {
namespace {

Host github_at(const std::string& workspace) {
  Host host;
  host.name = "github";
  host.workspace = workspace;
  return host;
}

TEST(GithubCommands, AnnotatesALineOfAFile) {
  EXPECT_EQ(github_annotation({Severity::error, "it broke", "build step failed", "app/Dockerfile", 7}),
            "::error title=build step failed,file=app/Dockerfile,line=7::it broke\n");
  EXPECT_EQ(github_annotation({.severity = Severity::warning, .message = "slow"}), "::warning::slow\n");
  EXPECT_EQ(github_annotation({.message = "x", .line = 3}), "::notice::x\n") << "a line of no file";
}

TEST(GithubCommands, NothingInATextBecomesACommandOrAProperty) {
  EXPECT_EQ(github_annotation({Severity::error, "100%\n::error::x\r\n\x1b[31mred", "a:b,c\n::x", "d,e:f", 1}),
            "::error title=a%3Ab%2Cc%3A%3Ax,file=d%2Ce%3Af,line=1::100%25%0A::error::x%0Ared\n");
  EXPECT_EQ(github_mask("a%b\nc"), "::add-mask::a%25b%0Ac\n");
}

TEST(GithubCommands, NoValueEndsItsOwnOutput) {
  const auto entry = github_output("metadata", "one\ntwo");
  const auto delimiter = entry.substr(10, entry.find('\n') - 10);
  EXPECT_GT(delimiter.size(), 32U);
  EXPECT_EQ(entry, "metadata<<" + delimiter + "\none\ntwo\n" + delimiter + "\n");
  EXPECT_EQ(github_output("metadata", "").find(delimiter), std::string::npos) << "guessed";
}

TEST(GithubCommands, FilesAreNamedAsTheRepositoryNamesThem) {
  const auto line = [](const std::string& file) {
    return annotation_line(github_at("/srv/app"), {.message = "m", .file = file});
  };
  EXPECT_EQ(line("./Dockerfile"), "::notice file=Dockerfile::m\n");
  EXPECT_EQ(line("/srv/app/sub/Dockerfile"), "::notice file=sub/Dockerfile::m\n");
  EXPECT_EQ(line("/elsewhere/Dockerfile"), "::notice file=/elsewhere/Dockerfile::m\n");
  EXPECT_EQ(line(""), "::notice::m\n");
}

TEST(GithubCommands, OtherHostsHaveNone) {
  const Host host;
  EXPECT_EQ(annotation_line(host, {.message = "m"}) + mask_line(host, "s") + output_entry(host, "n", "v"), "");
}

}  // namespace
}  // namespace polyarch::ci
