#include "server/uploads.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sys/files.hpp"

namespace polyarch::server {
namespace {

class FakeClock final : public Clock {
 public:
  Wall wall() const override { return {}; }
  Steady steady() const override { return now; }
  void sleep(std::chrono::milliseconds duration) override { now += duration; }
  Steady now{};
};

class UploadsTest : public ::testing::Test {
 protected:
  std::string start() {
    auto upload = std::make_shared<Upload>(name, Draft(directory.path()), "sha256");
    uploads.add(upload);
    return upload->id();
  }

  const RepositoryName name = *RepositoryName::parse("r");
  sys::TemporaryDirectory directory;
  FakeClock clock;
  Uploads uploads{clock};
};

TEST_F(UploadsTest, HaveRandomUuids) {
  const auto id = start();
  EXPECT_THAT(id, ::testing::MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
  EXPECT_NE(id, start());
}

TEST_F(UploadsTest, EndWhenIdleTooLong) {
  const auto old = start();
  clock.sleep(Uploads::max_idle);
  const auto fresh = start();
  EXPECT_TRUE(uploads.find(name, old)) << "which also counts as use";
  const auto held = uploads.find(name, fresh);
  clock.sleep(Uploads::max_idle + std::chrono::seconds(1));
  start();
  EXPECT_FALSE(uploads.find(name, old));
  EXPECT_TRUE(uploads.find(name, fresh)) << "a request is writing to it";
}

TEST_F(UploadsTest, GiveWayWhenThereAreTooMany) {
  const auto first = start();
  clock.sleep(std::chrono::seconds(1));
  const auto second = start();
  clock.sleep(std::chrono::seconds(1));
  for (std::size_t i = 2; i < Uploads::max_uploads; ++i) start();
  clock.sleep(std::chrono::seconds(1));
  EXPECT_TRUE(uploads.find(name, first));
  start();
  EXPECT_TRUE(uploads.find(name, first));
  EXPECT_FALSE(uploads.find(name, second));
}

}  // namespace
}  // namespace polyarch::server
