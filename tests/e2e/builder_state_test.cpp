// What else can be kept as a snapshot: the whole state of a builder, and a cache of type=local.
#include <gmock/gmock.h>

#include "e2e/engine.hpp"

namespace polyarch::e2e {
namespace {

class KeptState : public Testbed {
 protected:
  void TearDown() override {
    run({"docker", "rm", "--force", "--volumes", "kept-state"});
    engine({"builder", "remove", builder});
    run({"docker", "volume", "rm", "--force", volume});
  }

  void make_builder() const {
    const auto made = engine({"builder", "create", "--driver-opt", "image=" + variable("POLYARCH_BUILDKIT_IMAGE"),
                              "--driver-opt", "network=host", "kept-state"});
    ASSERT_EQ(made.status, 0) << shown(made);
  }
  void remove_builder() const {
    const auto removed = engine({"builder", "remove", builder});
    ASSERT_EQ(removed.status, 0) << shown(removed);
    ASSERT_FALSE(run({"docker", "volume", "inspect", volume}).ok()) << "its state is still there";
  }

  // The steps of a build, by what they say or run, and whether each came from a cache.
  Json build(const std::string& job, const std::vector<std::string>& options) const {
    const auto built =
        engine(joined({"build", "--builder", builder, "--platform", "linux/amd64", "--build-arg", base_argument(),
                       "--build-arg", "JOB=" + job, "--cache", "off", "--output", "type=cacheonly", "--report-dir",
                       path("report").string(), path("context").string()},
                      options));
    EXPECT_EQ(built.status, 0) << shown(built);
    return read_json(path("report/report.json")).at("legs").at(0);
  }

  // The engine, in a container that has the builder's volume as /state.
  void inside(const std::vector<std::string>& command) const {
    const auto made =
        run(joined({"docker", "create", "--name", "kept-state", "--privileged", "--network", "host", "--volume",
                    std::string(volume) + ":/state", "--entrypoint", "/polyarch", variable("POLYARCH_BUILDKIT_IMAGE")},
                   command));
    ASSERT_TRUE(made.ok()) << shown(made);
    const auto copied = run({"docker", "cp", engine_path(), "kept-state:/polyarch"});
    ASSERT_TRUE(copied.ok()) << shown(copied);
    const auto ended = run({"docker", "start", "--attach", "kept-state"});
    ASSERT_TRUE(ended.ok()) << shown(ended);
    run({"docker", "rm", "kept-state"});
  }

  static constexpr const char* builder = "polyarch-kept-state";
  static constexpr const char* volume = "buildx_buildkit_polyarch-kept-state0_state";
  ServedRegistry registry_;
};

TEST_F(KeptState, ABuilderGoesOnFromTheStateOfAnother) {
  context(
      "ARG BASE\nFROM $BASE\n"
      "RUN echo kept > /kept && echo gone > /gone\n"
      "RUN rm /gone\n"  // a whiteout
      "ARG JOB\n"
      "RUN test -n \"$JOB\" && test -e /kept && test ! -e /gone\n");
  const auto reference = registry_.address() + "/state:1";
  make_builder();
  EXPECT_EQ(build("1", {}).at("cached_steps"), 0);
  ASSERT_TRUE(run({"docker", "stop", "buildx_buildkit_polyarch-kept-state0"}).ok());
  inside({"cache", "save", "--ref", reference, "--directory", "/", "state"});
  remove_builder();
  inside({"cache", "restore", "--ref", reference, "--directory", "/"});
  make_builder();
  EXPECT_EQ(build("1", {}).at("cached_steps"), 3);
  EXPECT_EQ(build("2", {}).at("cached_steps"), 2) << "and the last step sees the layers below it as they were";
}

TEST_F(KeptState, ALocalCacheIsADirectoryLikeAnother) {
  context("ARG BASE\nFROM $BASE\nARG JOB\nRUN echo $JOB > /first\nRUN echo > /second\n");
  const auto reference = registry_.address() + "/local:1";
  make_builder();
  EXPECT_EQ(build("1", {"--cache-to", "type=local,mode=max,dest=" + path("local").string()}).at("cached_steps"), 0);
  const auto saved = engine({"cache", "save", "--ref", reference, "--directory", path("").string(), "local"});
  ASSERT_EQ(saved.status, 0) << shown(saved);
  std::filesystem::remove_all(path("local"));
  remove_builder();
  const auto restored = engine({"cache", "restore", "--ref", reference, "--directory", path("").string()});
  ASSERT_EQ(restored.status, 0) << shown(restored);
  make_builder();
  EXPECT_EQ(build("1", {"--cache-from", "type=local,src=" + path("local").string()}).at("cached_steps"), 2);
}

}  // namespace
}  // namespace polyarch::e2e
