#include <gtest/gtest.h>

#include "buildkit/solve.hpp"

namespace polyarch::buildkit {
namespace {

SolveFailure solve_failure(const std::string& message) {
  return {"polyarch-1", "", "WARNING: something\nERROR: failed to build: failed to solve: " + message + "\n", {}};
}

report::Step step(const std::string& name, const std::string& log = "") {
  report::Step step;
  step.name = name;
  step.log = log;
  return step;
}

struct Case {
  ErrorKind kind;
  std::string said;
  std::string message;
  bool retryable = false;
};

// What real builders said: buildx 0.13 to 0.38, BuildKit 0.32 to 0.34, registries with and without a login.
TEST(SolveError, TellsTheCausesApart) {
  const std::string source = "r.example/t/x:1: failed to resolve source metadata for r.example/t/x:1: ";
  const Case cases[] = {
      {ErrorKind::input, source + "no match for platform in manifest: not found",
       "Dockerfile: base image r.example/t/x:1 does not exist for the platform that is asked for"},
      {ErrorKind::input, source + "r.example/t/x:1: not found",
       "Dockerfile: base image r.example/t/x:1 does not exist"},
      {ErrorKind::auth,
       source + "unexpected status from HEAD request to http://r.example/v2/t/x/manifests/1: 401 Unauthorized",
       "Dockerfile: the registry refused: "},
      {ErrorKind::auth,
       "failed to push r.example/a: unexpected status from HEAD request to http://r.example/: 403 Forbidden",
       "Dockerfile: the registry refused: failed to push r.example/a"},
      {ErrorKind::auth,
       source + "pull access denied, repository does not exist or may require authorization: server message: "
                "insufficient_scope: authorization failed",
       "Dockerfile: the registry refused: "},
      {ErrorKind::registry, source + "unexpected status from HEAD request to http://r.example/: 429 Too Many Requests",
       "Dockerfile: a registry failed: ", true},
      {ErrorKind::registry,
       "failed to push r.example/a: unexpected status from PUT request to x: 503 Service Unavailable",
       "Dockerfile: a registry failed: failed to push", true},
      {ErrorKind::registry, "unexpected status from PUT request to x: 400 Bad Request",
       "Dockerfile: a registry failed: "},
      {ErrorKind::network,
       source + "failed to do request: Head \"http://r.example/\": dial tcp 127.0.0.1:1: connect: connection refused",
       "Dockerfile: r.example/t/x:1", true},
      {ErrorKind::network, source + "failed to do request: Head \"x\": dial tcp: lookup r.example: no such host",
       "Dockerfile: ", true},
      {ErrorKind::network, source + "tls: failed to verify certificate: x509: certificate signed by unknown authority",
       "Dockerfile: "},
      {ErrorKind::storage, "failed to copy: write /x: no space left on device",
       "Dockerfile: the builder's disk is full: "},
      {ErrorKind::storage,
       "failed to copy: failed to send write: rpc error: code = Unknown desc = write /t: no space left on device",
       "Dockerfile: this machine's disk is full: "},
      {ErrorKind::storage, "error from receiver: write /out/x: no space left on device",
       "Dockerfile: this machine's disk is full: "},
      {ErrorKind::input, "dockerfile parse error on line 2: unknown instruction: RUUN (did you mean RUN?)",
       "Dockerfile:2: unknown instruction: RUUN (did you mean RUN?)"},
      {ErrorKind::input, "dockerfile parse error line 7: unknown instruction: RUUN",
       "Dockerfile:7: unknown instruction: RUUN"},
      {ErrorKind::input, "failed to read dockerfile: open none.Dockerfile: no such file or directory",
       "Dockerfile: there is no such Dockerfile: "},
      {ErrorKind::input, "unable to prepare context: path \"appx\" not found",
       "unable to prepare context: path \"appx\""},
      {ErrorKind::input,
       "failed to compute cache key: failed to calculate checksum of ref a::b: \"/nofile\": not found", "Dockerfile: "},
      {ErrorKind::usage, "target stage \"nope\" could not be found", "Dockerfile: target stage \"nope\""},
      {ErrorKind::usage, "secret y: not found", "Dockerfile: the build asks for secret 'y'"},
      {ErrorKind::usage, "granting entitlement security.insecure is not allowed by build daemon configuration",
       "granting entitlement security.insecure"},
      {ErrorKind::interrupted, "context canceled", "Dockerfile: the build was cancelled"},
      {ErrorKind::build, "exporter \"nope\" could not be found", "Dockerfile: exporter \"nope\" could not be found"},
      {ErrorKind::builder, "context deadline exceeded", "builder 'polyarch-1' cannot be used: ", true},
      {ErrorKind::builder,
       "Unavailable: connection error: desc = \"transport: Error while dialing: dial tcp "
       "127.0.0.1:1: connect: connection refused\"",
       "builder 'polyarch-1' cannot be used: ", true},
      {ErrorKind::builder, "rpc error: code = Unavailable desc = error reading from server: EOF",
       "builder 'polyarch-1' cannot be used: ", true},
      {ErrorKind::builder, "invalid progress mode rawjson", "builder 'polyarch-1' cannot be used: "},
      {ErrorKind::builder, "no builder \"polyarch-1\" found", "builder 'polyarch-1' cannot be used: no builder"},
      {ErrorKind::builder,
       "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
       "builder 'polyarch-1' cannot be used: ", true},
  };
  for (const auto& one : cases) {
    SCOPED_TRACE(one.said);
    const auto error = solve_error(solve_failure(one.said));
    EXPECT_EQ(describe(error.kind()).name, describe(one.kind).name);
    EXPECT_TRUE(error.message().starts_with(one.message)) << error.message();
    EXPECT_EQ(error.retryable(), one.retryable);
  }
}

TEST(SolveError, OfAStepNamesLinePlatformAndExitCode) {
  auto failed = solve_failure("process \"/bin/sh -c make\" did not complete successfully: exit code: 2");
  failed.dockerfile = "app/Dockerfile";
  failed.output = "Dockerfile:12\n--------------------\n  12 | >>> RUN make\n--------------------\n" + failed.output;
  failed.step = step("[linux/amd64->arm64 build 2/4] RUN make");
  const auto error = solve_error(failed);
  EXPECT_EQ(error.kind(), ErrorKind::build);
  EXPECT_EQ(error.message(),
            "app/Dockerfile:12: RUN make (linux/arm64, stage build, step 2/4) failed with exit code 2");
}

TEST(SolveError, NamesThePlatformThatABaseImageLacks) {
  auto failed = solve_failure(
      "x: failed to resolve source metadata for r.example/x:1: no match for platform in manifest: not found");
  failed.step = step("[linux/riscv64 internal] load metadata for r.example/x:1");
  EXPECT_EQ(solve_error(failed).message(), "Dockerfile: base image r.example/x:1 has no linux/riscv64");
}

TEST(SolveError, ReadsTheCauseFromTheLogOfTheStep) {
  const std::string said = "process \"/bin/sh -c make\" did not complete successfully: exit code: 1";
  auto failed = solve_failure(said);
  failed.step = step("[linux/arm64 2/4] RUN make", "exec /bin/sh: exec format error\n");
  EXPECT_EQ(solve_error(failed).kind(), ErrorKind::emulation);
  EXPECT_NE(solve_error(failed).hint().find("polyarch qemu register"), std::string::npos);
  failed.step->log = "qemu: uncaught target signal 11 (Segmentation fault) - core dumped\n";
  EXPECT_EQ(solve_error(failed).kind(), ErrorKind::emulation);
  failed.step->log = "ld: final link failed: No space left on device\n";
  EXPECT_EQ(solve_error(failed).kind(), ErrorKind::storage);
  failed.step->log = "make: *** Error 1\n";
  EXPECT_EQ(solve_error(failed).kind(), ErrorKind::build);
}

TEST(SolveError, HintsAtMemoryWhenAStepWasKilled) {
  const auto error =
      solve_error(solve_failure("process \"/bin/sh -c x\" did not complete successfully: exit code: 137"));
  EXPECT_EQ(error.message(), "Dockerfile: a step failed with exit code 137");
  EXPECT_NE(error.hint().find("memory"), std::string::npos);
}

TEST(SolveError, IsSaidEvenWhenBuildxSaysNothing) {
  EXPECT_EQ(solve_error({"b", "", "", {}}).message(), "Dockerfile: buildx said nothing");
}

TEST(ExcerptLine, IsFoundOnlyWhenItIsCertain) {
  const std::string rule = "\n--------------------\n";
  EXPECT_EQ(excerpt_line("a\nDockerfile:3" + rule + "   3 | >>> RUN x" + rule), 3);
  EXPECT_EQ(excerpt_line("Dockerfile:3" + rule + rule + "Dockerfile:8" + rule), std::nullopt);
  EXPECT_EQ(excerpt_line("Dockerfile:x" + rule), std::nullopt);
  EXPECT_EQ(excerpt_line("Dockerfile:3\nnothing"), std::nullopt);
  EXPECT_EQ(excerpt_line(""), std::nullopt);
}

}  // namespace
}  // namespace polyarch::buildkit
