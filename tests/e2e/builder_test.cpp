#include "buildkit/builder.hpp"

#include <chrono>
#include <cstdlib>
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "buildkit/solve_run.hpp"
#include "sys/environment.hpp"
#include "sys/files.hpp"

// Builders of the real Docker Engine and the real BuildKit of scripts/testbed.sh.
namespace polyarch::buildkit {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;

class BuilderOnTestbed : public ::testing::Test {
 protected:
  void SetUp() override {
    if (variable("POLYARCH_TESTBED_BASE").empty()) {
      GTEST_SKIP() << "no testbed: scripts/testbed.sh up && eval \"$(scripts/testbed.sh env)\"";
    }
    setenv("BUILDX_CONFIG", state_.path().c_str(), 1);  // the user's own builders are not seen or touched
    builders_.emplace(find_buildx(runner_, {}), runner_, runner_);
  }
  void TearDown() override { unsetenv("BUILDX_CONFIG"); }

  static std::string variable(const char* name) { return sys::process_environment()(name).value_or(""); }

  CreateOptions container() {
    CreateOptions options;
    options.driver_options = {{"image", variable("POLYARCH_BUILDKIT_IMAGE")}, {"network", "host"}};
    return options;
  }
  CreateOptions remote(const std::string& endpoint) {
    CreateOptions options;
    options.driver = "remote";
    options.endpoint = endpoint;
    return options;
  }
  // The error of a creation that must fail and leave nothing behind.
  Error creation_error(const CreateOptions& options) {
    std::optional<Error> caught;
    try {
      builders_->create(options);
    } catch (const Error& error) {
      caught = error;
    }
    EXPECT_THAT(builders_->names(), Each(Not(HasSubstr(builder_prefix))));
    EXPECT_EQ(containers(), "");
    return caught.value_or(Error(ErrorKind::failed, "nothing failed"));
  }
  std::string containers() {
    return runner_.run({.argv = {"docker", "ps", "-a", "--filter", "name=buildx_buildkit_polyarch-e2e", "-q"}}).out;
  }

  sys::TemporaryDirectory state_;
  sys::SystemRunner runner_{nullptr};
  std::optional<Builders> builders_;
};

TEST_F(BuilderOnTestbed, ContainerBuilderIsCreatedReusedAndRemoved) {
  if (variable("POLYARCH_BUILDKIT_IMAGE").empty()) GTEST_SKIP() << "the testbed runs without BuildKit's image";
  auto options = container();
  options.name = "e2e-container";
  const auto created = builders_->create(options);
  EXPECT_EQ(created.name, "polyarch-e2e-container");
  EXPECT_TRUE(created.ours);
  ASSERT_EQ(created.nodes.size(), 1U);
  EXPECT_EQ(created.nodes[0].status, "running");
  EXPECT_FALSE(created.nodes[0].platforms.empty());
  EXPECT_FALSE(created.nodes[0].version.empty());
  EXPECT_EQ(builders_->create(options).name, created.name);
  EXPECT_NE(builders_->inspect("", false)->name, created.name) << "it was made the current builder";
  builders_->remove(created.name);
  EXPECT_FALSE(builders_->inspect(created.name, false));
  EXPECT_EQ(containers(), "");
  builders_->remove(created.name);
}

TEST_F(BuilderOnTestbed, ContainerBuilderWhoseImageCannotBePulled) {
  auto options = container();
  options.name = "e2e-image";
  options.driver_options["image"] = "127.0.0.1:1/none:latest";
  const auto error = creation_error(options);
  EXPECT_EQ(error.kind(), ErrorKind::builder);
  EXPECT_THAT(error.message(), HasSubstr("127.0.0.1:1/none"));
  EXPECT_THAT(error.hint(), HasSubstr("image"));
}

TEST_F(BuilderOnTestbed, ContainerBuilderWhoseDaemonDoesNotStart) {
  auto options = container();
  options.name = "e2e-daemon";
  options.driver_options["image"] = variable("POLYARCH_TESTBED_BASE");  // holds no buildkitd
  options.ready_within = std::chrono::seconds(8);
  const auto error = creation_error(options);
  EXPECT_EQ(error.kind(), ErrorKind::builder);
  EXPECT_THAT(error.message(), HasSubstr("The end of its daemon's log"));
}

TEST_F(BuilderOnTestbed, RemoteBuilderIsCreatedAndRemoved) {
  const auto endpoint = variable("POLYARCH_TESTBED_BUILDKIT");
  if (endpoint.empty()) GTEST_SKIP() << "the testbed runs without a BuildKit of its own";
  const auto created = builders_->create(remote(endpoint));
  EXPECT_EQ(created.driver, "remote");
  EXPECT_EQ(created.nodes.at(0).endpoint, endpoint);
  builders_->remove(created.name);
  EXPECT_FALSE(builders_->inspect(created.name, false));
}

TEST_F(BuilderOnTestbed, RemoteBuilderThatNobodyAnswersFailsInTime) {
  auto options = remote("tcp://127.0.0.1:1");
  options.ready_within = std::chrono::seconds(3);
  const auto start = std::chrono::steady_clock::now();
  const auto error = creation_error(options);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(25));
  EXPECT_EQ(error.kind(), ErrorKind::builder);
  EXPECT_TRUE(error.retryable());
  EXPECT_THAT(error.message(), HasSubstr("connection refused"));
}

TEST_F(BuilderOnTestbed, RemoteBuilderThatIsNoBuildKitIsRefused) {
  auto options = remote("tcp://" + variable("POLYARCH_TESTBED_REGISTRY"));
  options.ready_within = std::chrono::seconds(3);
  const auto error = creation_error(options);
  EXPECT_EQ(error.kind(), ErrorKind::builder);
  EXPECT_THAT(error.hint(), HasSubstr("port is BuildKit's"));
}

TEST_F(BuilderOnTestbed, SolveShowsStepsAndNamesTheCauseOfAFailure) {
  const auto endpoint = variable("POLYARCH_TESTBED_BUILDKIT");
  if (endpoint.empty()) GTEST_SKIP() << "the testbed runs without a BuildKit of its own";
  const auto builder = builders_->create(remote(endpoint));
  Solve solve;
  solve.builder = builder.name;
  solve.platforms = oci::parse_platforms({"linux/amd64"});
  solve.context = "-";
  solve.outputs = {"type=cacheonly"};
  const auto from = fmt::format("FROM {}\n", variable("POLYARCH_TESTBED_BASE"));
  solve.input = from + "RUN echo fine\n";
  std::vector<std::string> lines;
  const ProgressStream::Listener listener{{}, [&](const report::LogLine& line) { lines.push_back(line.text); }, {}};
  const auto buildx = find_buildx(runner_, {});
  solve.no_cache = true;
  EXPECT_FALSE(run_solve(solve, buildx, {}, runner_, listener).steps.empty());
  EXPECT_THAT(lines, ::testing::Contains("fine"));
  solve.input = from + "RUN exit 3\n";
  try {
    run_solve(solve, buildx, {}, runner_, {});
    ADD_FAILURE() << "a failed step was not noticed";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::build);
    EXPECT_EQ(error.message(), "Dockerfile:2: RUN exit 3 (linux/amd64, step 2/2) failed with exit code 3");
  }
  builders_->remove(builder.name);
}

}  // namespace
}  // namespace polyarch::buildkit
