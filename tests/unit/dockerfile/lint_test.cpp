#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dockerfile/dockerfile.hpp"

namespace polyarch::dockerfile {
namespace {

using ::testing::HasSubstr;

std::vector<Finding> findings_of(const std::string& text, const std::vector<std::string>& platforms) {
  return lint(parse(text, "Dockerfile"), "", oci::parse_platforms(platforms), oci::Platform::parse("linux/amd64"));
}

// "rule:line" of each finding for a build of two platforms.
std::string rules_of(const std::string& text,
                     const std::vector<std::string>& platforms = {"linux/amd64", "linux/arm64"}) {
  std::string out;
  for (const auto& finding : findings_of(text, platforms)) {
    EXPECT_FALSE(finding.message.empty());
    EXPECT_FALSE(finding.cure.empty());
    out += (out.empty() ? "" : " ") + finding.rule + ":" + std::to_string(finding.line);
  }
  return out;
}

struct LintCase {
  std::string text;
  std::string expected;
};

TEST(EmulatedCompile, NativeCodeInAnyStage) {
  const std::vector<LintCase> cases{
      {"FROM golang\nRUN go build ./...", "emulated-compile:2"},
      {"FROM golang AS b\nWORKDIR /s\nRUN cd x && CGO_ENABLED=0 go build .\nFROM scratch\nCOPY --from=b /x /x",
       "emulated-compile:3"},
      {"FROM rust\nRUN cargo install app", "emulated-compile:2"},
      {"FROM gcc\nRUN ./configure && make -j4 && make install", "emulated-compile:2"},
      {"FROM gcc\nRUN for f in a b; do gcc -c $f.c; done", "emulated-compile:2"},
      {"FROM gcc\nRUN sh -ec 'cmake -S . -B out && cmake --build out'", "emulated-compile:2"},
      {"FROM gcc\nRUN [\"make\", \"all\"]", "emulated-compile:2"},
      {"FROM gcc\nRUN <<EOF\nset -e\nmake\nEOF", "emulated-compile:2"},
      {"FROM golang\nRUN <<EOF bash\ngo build\nEOF", "emulated-compile:2"},
      {"FROM dotnet\nRUN dotnet publish -c Release", "emulated-compile:2"},
      // one finding a stage
      {"FROM gcc\nRUN make\nRUN make more", "emulated-compile:2"},
      {"FROM golang AS b\nFROM b\nRUN go build", "emulated-compile:3"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(rules_of(text), expected) << text;
}

TEST(EmulatedCompile, IsSilentOtherwise) {
  const std::vector<std::string> cases{
      "FROM --platform=$BUILDPLATFORM golang\nRUN go build",
      "FROM --platform=${BUILDPLATFORM} golang AS b\nFROM b\nRUN go build",
      "FROM --platform=linux/amd64 golang\nRUN go build",
      "FROM --platform=$UNKNOWN golang\nRUN go build",
      "FROM golang AS unused\nRUN go build\nFROM scratch\nCOPY a /",
      "FROM golang\nRUN go version && go env && go mod download",
      "FROM debian\nRUN apt-get install -y gcc make cmake",
      "FROM debian\nRUN echo make && gcc --version && make --version",
      "FROM debian\nRUN make install",
      "FROM debian\nRUN cmake --install out",
      "FROM debian\nRUN echo 'go build' # make",
      "FROM debian\nCOPY <<EOF /run.sh\nmake\nEOF",
      "FROM debian\nRUN cat <<EOF >/run.sh\nmake\nEOF",
      "FROM node\nRUN npm ci && npm run build",
      "FROM node AS b\nRUN npm run build\nFROM node\nCOPY --from=b /app /app",
      "FROM node AS b\nRUN npm run build\nFROM node\nCOPY --from=b /app/dist /app/node_modules /app/",
      "FROM node AS b\nRUN npm ci\nFROM nginx\nCOPY --from=b /app/dist /html",
      "FROM b-$TARGETARCH\nRUN echo",
      "FROM x AS b-amd64\nRUN make\nFROM x AS b-arm64\nFROM b-$TARGETARCH\n",
  };
  for (const auto& text : cases) EXPECT_EQ(rules_of(text), "") << text;
}

TEST(EmulatedCompile, PortableOutputOfABuilderStage) {
  EXPECT_EQ(rules_of("FROM node AS b\nRUN npm ci && npm run build\nFROM nginx\nCOPY --from=b /app/dist/ /html"),
            "emulated-compile:2");
  EXPECT_EQ(rules_of("FROM maven\nRUN mvn -B package\nFROM java\nCOPY --from=0 /a/target/app.jar /app.jar"),
            "emulated-compile:2");
}

TEST(EmulatedCompile, CountsOnlyPlatformsThatTheMachineCannotRun) {
  const std::string text = "FROM golang\nRUN go build";
  EXPECT_EQ(rules_of(text, {"linux/amd64"}), "");
  EXPECT_EQ(rules_of(text, {"linux/amd64", "linux/386"}), "");
  EXPECT_EQ(rules_of(text, {"windows/amd64"}), "");
  EXPECT_EQ(rules_of(text, {"linux/riscv64"}), "emulated-compile:2");
  const auto found = findings_of(text, {"linux/amd64", "linux/arm64", "linux/s390x"});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].message, "'go build' in the stage of line 1 runs under emulation for linux/arm64 and linux/s390x");
  EXPECT_THAT(found[0].cure, HasSubstr("GOARCH=$TARGETARCH"));
}

TEST(CacheCollision, KnownDirectoriesWithoutAPlatformInTheirId) {
  const std::vector<LintCase> cases{
      {"--mount=type=cache,target=/var/cache/apt apt-get update", "cache-mount-collision:2"},
      {"--mount=type=cache,sharing=shared,target=/var/lib/apt/ apt-get update", "cache-mount-collision:2"},
      {"--mount=type=cache,target=/app/node_modules npm ci", "cache-mount-collision:2"},
      {"--mount=type=cache,id=deps,target=/app/node_modules npm ci", "cache-mount-collision:2"},
      {"--mount=type=cache,target=/app/target cargo fetch", "cache-mount-collision:2"},
      {"--mount=type=cache,target=/app/build meson introspect", "cache-mount-collision:2"},
      {"--mount=type=cache,target=/app/.venv pip install x", "cache-mount-collision:2"},
      {"--mount=type=cache,sharing=locked,target=/var/cache/apt apt-get update", ""},
      {"--mount=type=cache,id=apt-$TARGETARCH,target=/var/cache/apt apt-get update", ""},
      {"--mount=type=cache,target=/c/$TARGETARCH/node_modules npm ci", ""},
      {"--mount=type=cache,target=/root/.cache/go-build go test", ""},
      {"--mount=type=cache,target=/root/.npm npm ci", ""},
      {"--mount=type=bind,target=/app/node_modules npm ci", ""},
      {"--mount=type=cache,target=/app/node_modules echo", ""},
  };
  for (const auto& [run, expected] : cases) EXPECT_EQ(rules_of("FROM a\nRUN " + run), expected) << run;
}

TEST(CacheCollision, NeedsTwoPlatformsInTheStage) {
  const std::string run = "RUN --mount=type=cache,target=/app/node_modules npm ci";
  EXPECT_EQ(rules_of("FROM a\n" + run, {"linux/arm64"}), "");
  EXPECT_EQ(rules_of("FROM --platform=$BUILDPLATFORM a\n" + run), "");
  EXPECT_THAT(findings_of("FROM a\n" + run, {"amd64", "arm64"}).at(0).cure,
              HasSubstr("id=node_modules-$TARGETPLATFORM"));
}

TEST(HardCodedArch, DownloadsForOneArchitecture) {
  const std::vector<LintCase> cases{
      {"RUN curl -L https://x.example/tool-v1-linux-amd64.tar.gz | tar xz", "hard-coded-arch:2"},
      {"RUN curl -L \"https://x.example/${V}/tool_x86_64\"", "hard-coded-arch:2"},
      {"ADD https://x.example/node-linux-x64.tar.xz /n", "hard-coded-arch:2"},
      {"RUN <<EOF\nwget https://x.example/amd64/tool\nEOF", "hard-coded-arch:2"},
      {"RUN dpkg -i tool_1.0_amd64.deb", "hard-coded-arch:2"},
      {"RUN curl https://x.example/tool-${TARGETARCH}.tgz", ""},
      {"RUN curl https://x.example/tool-${ARCHITECTURE:-amd64}.tgz", ""},
      {"RUN case \"$(uname -m)\" in x86_64) a=amd64;; esac; curl https://x.example/amd64", ""},
      {"RUN if [ -n \"$X\" ]; then curl https://x.example/amd64; fi", ""},
      {"RUN curl https://x.example/amd64 https://x.example/arm64", ""},
      {"RUN curl https://x.example/famd64x", ""},
      {"RUN echo amd64", ""},
      {"ENV URL=https://x.example/amd64", ""},
  };
  for (const auto& [line, expected] : cases) EXPECT_EQ(rules_of("FROM a\n" + line), expected) << line;
}

TEST(HardCodedArch, OnlyWhereAnotherPlatformGetsIt) {
  const std::string add = "ADD https://x.example/t-amd64?token=abc /t";
  EXPECT_EQ(rules_of("FROM a\n" + add, {"linux/amd64"}), "");
  EXPECT_EQ(rules_of("FROM --platform=$BUILDPLATFORM a\n" + add), "");
  EXPECT_EQ(rules_of("FROM a AS b-amd64\n" + add + "\nFROM a AS b-arm64\nFROM b-$TARGETARCH"), "");
  EXPECT_EQ(findings_of("FROM a\n" + add, {"amd64", "arm64"}).at(0).message,
            "'t-amd64' is for amd64, but linux/arm64 gets it too");
  EXPECT_EQ(findings_of("FROM a\nRUN F=t-${V}-amd64.zip && get $F", {"amd64", "arm64"}).at(0).message,
            "'t-…-amd64.zip' is for amd64, but linux/arm64 gets it too");
}

}  // namespace
}  // namespace polyarch::dockerfile
