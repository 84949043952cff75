// Builders behind TLS, from the template for GitLab.
#include "ci/gitlab.hpp"
#include "ci/served.hpp"
#include "ci/tls_buildkit.hpp"

namespace polyarch::ci_clients {
namespace {

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

Served engine_behind_tls(const fs::path& directory) {
  e2e::write(directory / "proxy.cjs", tls_proxy);
  const auto socket = variable("DOCKER_HOST").substr(std::string_view("unix://").size());
  return {{client("bin/node").string(), (directory / "proxy.cjs").string(), directory.string(), socket},
          [](std::string_view line) { return std::string(line); }};
}

std::vector<std::string> files_below(const fs::path& directory) {
  std::vector<std::string> out;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) out.push_back(entry.path().string());
  }
  return out;
}

TEST_F(Gitlab, MakesABuilderBehindAnEngineWithTls) {
  make_certificates(path("certs"));
  const Served engine = engine_behind_tls(path("certs"));
  copy_template("ci/polyarch.yml");
  auto given = inputs();
  given.erase("builder");
  given["driver"] = "docker-container";
  given["driver-opts"] = {"image=" + variable("POLYARCH_BUILDKIT_IMAGE")};
  pipeline(local(), given);
  const auto result = run_pipeline(variables(), {{"DOCKER_CONFIG", path("docker").string()},
                                                 {"DOCKER_HOST", "tcp://127.0.0.1:" + engine.port()},
                                                 {"DOCKER_TLS_VERIFY", "1"},
                                                 {"DOCKER_CERT_PATH", path("certs").string()}});
  ASSERT_TRUE(result.ok()) << shown(result);
  EXPECT_EQ(digest_of(tag()), expected_digest());
  EXPECT_EQ(left_overs(), "");
  EXPECT_THAT(files_below(path("docker/contexts")), IsEmpty()) << "of the context";
}

// As docs/gitlab.md has it: certificates are variables that hold the paths of files.
TEST_F(Gitlab, BuildsOnABuildkitElsewhereThatWantsCertificates) {
  if (!fs::exists(TlsBuildkit::program())) GTEST_SKIP() << "no buildkitd beside buildctl";
  make_certificates(path("certs"));
  make_certificates(path("foreign"));
  const TlsBuildkit buildkit(path("certs"), path("buildkit"));
  copy_template("ci/polyarch.yml");
  auto given = inputs();
  given["builder"] = {buildkit.address()};
  given["driver-opts"] = {"cacert=$BUILDKIT_CA", "cert=$BUILDKIT_CERT", "key=$BUILDKIT_KEY"};
  pipeline(local(), given);
  auto known = variables();
  known["BUILDKIT_CA"] = path("certs/ca.pem").string();
  known["BUILDKIT_CERT"] = path("foreign/cert.pem").string();
  known["BUILDKIT_KEY"] = path("foreign/key.pem").string();
  const auto before = occupy_tag();
  const auto refused = run_pipeline(known);
  EXPECT_FALSE(refused.ok());
  EXPECT_THAT(refused.out + refused.err, HasSubstr("cannot be used: "));
  EXPECT_EQ(digest_of(tag()), before);

  known["BUILDKIT_CERT"] = path("certs/cert.pem").string();
  known["BUILDKIT_KEY"] = path("certs/key.pem").string();
  const auto result = run_pipeline(known);
  ASSERT_TRUE(result.ok()) << shown(result);
  EXPECT_EQ(digest_of(tag()), expected_digest());
  EXPECT_EQ(left_overs(), "");
}

}  // namespace
}  // namespace polyarch::ci_clients
