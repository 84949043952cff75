// The template for GitLab, included from where another project or another server has it.
#include "ci/gitlab.hpp"
#include "ci/served.hpp"

namespace polyarch::ci_clients {
namespace {

// Shows the files of a directory to whoever asks.
constexpr const char* file_server = R"(
const [directory] = process.argv.slice(2);
require('http').createServer((asked, answer) => {
  require('fs').readFile(directory + new URL(asked.url, 'http://x').pathname, (error, text) => {
    answer.writeHead(error ? 404 : 200, {'content-type': 'text/plain'});
    answer.end(text);
  });
}).listen(0, '127.0.0.1', function () { console.log(this.address().port); });
)";

TEST_F(Gitlab, IncludedFromAnAddressItPublishesTheSame) {
  copy_template("../pages/tools/polyarch/-/raw/v0.1.0/ci/gitlab/polyarch.yml");
  e2e::write(path("server.cjs"), file_server);
  const Served server({client("bin/node").string(), path("server.cjs").string(), path("pages").string()},
                      [](std::string_view line) { return std::string(line); });
  pipeline({{"remote", "http://127.0.0.1:" + server.port() + "/tools/polyarch/-/raw/v0.1.0/ci/gitlab/polyarch.yml"}},
           inputs());
  // The client would ask the proxy for loopback, too.
  const auto result = run_pipeline(variables(), {{"HTTPS_PROXY", ""}});
  ASSERT_TRUE(result.ok()) << shown(result);
  const auto digest = digest_of(tag());
  EXPECT_EQ(digest, expected_digest());
  EXPECT_THAT(result.out, HasSubstr("image is " + tag() + "@" + digest));
}

// Projects of the instance are on the host that the origin is on; for Git, this one is a directory.
TEST_F(Gitlab, IncludedFromAnotherProjectItPublishesTheSame) {
  const auto other = path("instance/tools/polyarch.git");
  copy_template("../instance/tools/polyarch.git/ci/gitlab/polyarch.yml");
  const auto in_other = [&](const std::vector<std::string>& arguments) {
    const auto done = run(e2e::joined({"git", "-C", other.string()}, arguments));
    ASSERT_TRUE(done.ok()) << shown(done);
  };
  in_other({"init", "--quiet", "--initial-branch", "main"});
  in_other({"add", "--all"});
  in_other({"-c", "user.name=test", "-c", "user.email=test@test.invalid", "commit", "--quiet", "--message", "tools"});
  in_other({"tag", "v0.1.0"});
  e2e::write(other / "ci/gitlab/polyarch.yml", "not: what the tag has\n");
  in_other({"-c", "user.name=test", "-c", "user.email=test@test.invalid", "commit", "--quiet", "--all", "--message",
            "later"});
  pipeline({{"project", "tools/polyarch"}, {"ref", "v0.1.0"}, {"file", "ci/gitlab/polyarch.yml"}}, inputs());
  const auto result =
      run_pipeline(variables(), {{"GIT_CONFIG_COUNT", "1"},
                                 {"GIT_CONFIG_KEY_0", "url.file://" + path("instance").string() + "/.insteadOf"},
                                 {"GIT_CONFIG_VALUE_0", "https://gitlab.invalid/"}});
  ASSERT_TRUE(result.ok()) << shown(result);
  const auto digest = digest_of(tag());
  EXPECT_EQ(digest, expected_digest());
  EXPECT_THAT(result.out, HasSubstr("image is " + tag() + "@" + digest));
}

}  // namespace
}  // namespace polyarch::ci_clients
