#include "oci/reference.hpp"

#include <gmock/gmock.h>

#include "base/error.hpp"

namespace polyarch::oci {
namespace {

using ::testing::HasSubstr;

const std::string a_digest = "sha256:" + std::string(64, 'a');

Error refusal(std::string_view text) {
  try {
    return Error(ErrorKind::failed, "accepted as " + Reference::parse(text).str());
  } catch (const Error& error) {
    return error;
  }
}

TEST(Reference, IsFilledInAsDockerDoes) {
  struct Row {
    std::string text;
    std::string meaning;
  };
  for (const auto& row : std::initializer_list<Row>{
           {"alpine", "docker.io/library/alpine:latest"},
           {"alpine:3.19", "docker.io/library/alpine:3.19"},
           {"acme/app", "docker.io/acme/app:latest"},
           {"docker.io/alpine", "docker.io/library/alpine:latest"},
           {"index.docker.io/acme/app:1", "docker.io/acme/app:1"},
           {"ghcr.io/acme/app:1.0", "ghcr.io/acme/app:1.0"},
           {"ghcr.io", "docker.io/library/ghcr.io:latest"},
           {"localhost/app", "localhost/app:latest"},
           {"localhost:5000/app", "localhost:5000/app:latest"},
           {"localhost:5000", "docker.io/library/localhost:5000"},
           {"host:5000/a/b/c:t", "host:5000/a/b/c:t"},
           {"HOST/app", "HOST/app:latest"},
           {"127.0.0.1:65535/app", "127.0.0.1:65535/app:latest"},
           {"[::1]:5000/app:1", "[::1]:5000/app:1"},
           {"[fe80::1]/app", "[fe80::1]/app:latest"},
           {"r.example/a.b_c__d---e/f", "r.example/a.b_c__d---e/f:latest"},
           {"r.example/app:_T.-1", "r.example/app:_T.-1"},
           {"app@" + a_digest, "docker.io/library/app@" + a_digest},
           {"r.example/app:1@" + a_digest, "r.example/app:1@" + a_digest},
           {"r.example/app:" + std::string(128, 't'), "r.example/app:" + std::string(128, 't')},
       }) {
    const auto reference = Reference::parse(row.text);
    EXPECT_EQ(reference.str(), row.meaning) << row.text;
    EXPECT_EQ(Reference::parse(row.meaning), reference) << row.text << " is not stable";
  }
}

TEST(Reference, RefusesWhatIsNone) {
  using namespace std::string_literals;
  for (const auto& text : {""s,
                           ":"s,
                           "/"s,
                           "@"s,
                           "app:"s,
                           ":tag"s,
                           "app@"s,
                           "@" + a_digest,
                           "app:-t"s,
                           "app:.t"s,
                           "app:a b"s,
                           "app:t/"s,
                           "app:\xc3\xa9"s,
                           "app:1:2"s,
                           "App"s,
                           "r.example/App"s,
                           "r.example/"s,
                           "r.example//app"s,
                           "/app"s,
                           "app/"s,
                           "a..b"s,
                           "a___b"s,
                           "a_.b"s,
                           "-a"s,
                           "a-"s,
                           "a/_b"s,
                           "a/b."s,
                           "a b"s,
                           "app\n"s,
                           "app\0"s,
                           "../app"s,
                           "a/../b"s,
                           "r.example:65536/app"s,
                           "r.example:x/app"s,
                           "r.example:/app"s,
                           "-r.example/app"s,
                           "r..example/app"s,
                           "r-.example/app"s,
                           "r.example./app"s,
                           "r_.example/app"s,
                           "[::1/app"s,
                           "[::1]x/app"s,
                           "[fg::1]/app"s,
                           "[]/app"s,
                           "user:pw@r.example/app"s,
                           "app@sha256:abc"s,
                           "app@" + a_digest + "0",
                           "app@" + a_digest + "@" + a_digest,
                           "app@md5:" + std::string(32, 'a'),
                           "app:" + std::string(129, 't'),
                           "r.example/" + std::string(250, 'a'),
                           std::string(64, 'a'),
                           std::string(100'000, 'a'),
                           std::string(100'000, '/')}) {
    EXPECT_EQ(refusal(text).kind(), ErrorKind::usage) << text.substr(0, 100) << ": " << refusal(text).message();
  }
}

TEST(Reference, SaysWhatToWriteInstead) {
  EXPECT_THAT(refusal("https://r.example/app").hint(), HasSubstr("leave out http"));
  EXPECT_EQ(refusal("ghcr.io/Acme/App:V1").hint(), "write ghcr.io/acme/app:v1");
  EXPECT_THAT(refusal("app:-1").hint(), HasSubstr("up to 128"));
}

TEST(Reference, AnErrorShowsNoHostileBytes) {
  for (const auto* text :
       {"\x1b[31m", "app:\x1b[31m\n", "app@\x1b]0;x\a\n", "r.example/A\x1b[31m\r\n", "\n.\x1b[0m/app"}) {
    const auto error = refusal(text + std::string(10'000, 'X'));
    EXPECT_EQ((error.message() + error.hint()).find_first_of("\x1b\a\r\n"), std::string::npos) << error.message();
    EXPECT_LT(error.message().size() + error.hint().size(), 1'000U);
  }
}

TEST(Reference, TheDigestWins) {
  auto reference = Reference::parse("app:1@" + a_digest);
  EXPECT_EQ(reference.identifier(), a_digest);
  EXPECT_EQ(Reference::parse("app:1").identifier(), "1");
  EXPECT_EQ(Reference::parse("app").identifier(), "latest");
  const auto other = Digest::sha256("x");
  EXPECT_EQ(reference.with(other).str(), "docker.io/library/app@" + other.str());
}

TEST(Repository, HasNeitherTagNorDigest) {
  EXPECT_EQ(Repository::parse("ghcr.io/acme/app").str(), "ghcr.io/acme/app");
  EXPECT_EQ(Repository::parse("alpine").str(), "docker.io/library/alpine");
  EXPECT_EQ(Repository::parse("localhost:5000/app").registry, "localhost:5000");
  for (const auto& text : {std::string("app:1"), std::string("r.example:5000/app:latest"), "app@" + a_digest,
                           "app:1@" + a_digest, std::string("localhost:5000"), std::string()}) {
    EXPECT_THROW(Repository::parse(text), Error) << text;
  }
}

}  // namespace
}  // namespace polyarch::oci
