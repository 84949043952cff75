// The main job on real parts, seen by an independent client.
#include <algorithm>

#include "e2e/engine.hpp"

namespace polyarch::e2e {
namespace {

namespace fs = std::filesystem;

constexpr int machine_amd64 = 62;  // ELF e_machine
constexpr int machine_arm64 = 183;

class MainJob : public Testbed {
 protected:
  std::string reference() const { return registry_.address() + "/examples/hello:1"; }

  sys::ProcessResult build(const std::vector<std::string>& builder, const std::string& report) {
    return engine(
        joined({"build", "--platform", "linux/amd64,linux/arm64", "--tag", reference(), "--build-arg", base_argument(),
                "--test-target", "check", "--test", "/app/hello", "--push", "--progress", "plain", "--report-dir",
                path(report).string(), std::string(POLYARCH_SOURCE_DIR) + "/examples/hello"},
               builder));
  }

  // Pulls one platform and unpacks its layers; returns the machine of the program inside.
  int machine_of(const std::string& name, const std::string& architecture) {
    const auto image = path("pulled-" + architecture);
    const auto root = path("root-" + architecture);
    fs::remove_all(image);
    fs::create_directories(root);
    const auto copy = run({"skopeo", "copy", "--src-tls-verify=false", "--override-arch", architecture,
                           "docker://" + name, "dir:" + image.string()});
    EXPECT_TRUE(copy.ok()) << shown(copy);
    const auto manifest = read_json(image / "manifest.json");
    for (const auto& layer : manifest.at("layers")) {
      const auto digest = layer.at("digest").get<std::string>();
      const auto blob = image / digest.substr(digest.find(':') + 1);
      const auto untar = run({"tar", "-xf", blob.string(), "-C", root.string()});
      EXPECT_TRUE(untar.ok()) << shown(untar);
    }
    const auto program = sys::read_file(root / "bin/busybox", 64U << 20);
    return static_cast<unsigned char>(program.at(18)) | static_cast<unsigned char>(program.at(19)) << 8;
  }

  void expect_both_platforms(const Json& report) {
    EXPECT_EQ(machine_of(reference(), "amd64"), machine_amd64);
    EXPECT_EQ(machine_of(reference(), "arm64"), machine_arm64);
    const auto by_digest = registry_.address() + "/examples/hello@" + report.at("digest").get<std::string>();
    EXPECT_EQ(machine_of(by_digest, "amd64"), machine_amd64);
    EXPECT_EQ(machine_of(by_digest, "arm64"), machine_arm64);
  }

  ServedRegistry registry_;
};

void expect_passed(const Json& report) {
  ASSERT_EQ(report.at("legs").size(), 2U);
  for (const auto& leg : report.at("legs")) {
    EXPECT_EQ(leg.at("result"), "passed");
    EXPECT_EQ(leg.at("tests").size(), 2U);
    EXPECT_EQ(leg.at("emulated"), leg.at("platform") == "linux/arm64");
  }
}

TEST_F(MainJob, PublishesBothPlatformsAndReusesTheCacheOnAFreshBuilder) {
  const auto first = build(own_builder(), "first");
  ASSERT_EQ(first.status, 0) << shown(first);
  const auto report = read_json(path("first/report.json"));
  expect_passed(report);
  expect_both_platforms(report);
  EXPECT_EQ(left_overs(), "");

  const auto second = build(own_builder(), "second");
  ASSERT_EQ(second.status, 0) << shown(second);
  const auto again = read_json(path("second/report.json"));
  expect_passed(again);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto& leg = again.at("legs").at(i);
    EXPECT_EQ(leg.at("cached_steps"), leg.at("steps")) << "a fresh builder takes every step from the registry";
    EXPECT_GT(leg.at("steps"), 0);
  }
  EXPECT_EQ(left_overs(), "");
}

TEST_F(MainJob, TheEnginePushesWhatTheDockerDriverExports) {
  const auto result = build({"--driver", "docker"}, "report");
  if (result.err.find("containerd image store") != std::string::npos)
    GTEST_SKIP() << "this Engine has no containerd image store";
  ASSERT_EQ(result.status, 0) << shown(result);
  const auto report = read_json(path("report/report.json"));
  expect_passed(report);
  expect_both_platforms(report);
}

}  // namespace
}  // namespace polyarch::e2e
