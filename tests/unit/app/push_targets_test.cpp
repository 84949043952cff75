#include "app/push_targets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "unit/app/platforms.hpp"

namespace polyarch::app {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

spec::BuildOptions given(std::vector<std::string> tags, std::vector<std::string> outputs = {}, bool push = false) {
  spec::BuildOptions options;
  options.tags = std::move(tags);
  options.outputs = std::move(outputs);
  options.push = push;
  return options;
}

PushTargets targets(const spec::BuildOptions& options) {
  return push_targets(options, {amd64, arm64});
}

std::vector<std::string> names(const std::vector<oci::Reference>& references) {
  std::vector<std::string> out;
  for (const auto& reference : references) out.push_back(reference.str());
  return out;
}

TEST(PushTargets, TakeListsOfTagsOnce) {
  const auto found = targets(given({"r.example/a:1, r.example/a:2", "r.example/a:1", ""}, {}, true));
  EXPECT_TRUE(found.push);
  EXPECT_THAT(names(found.tags), ElementsAre("r.example/a:1", "r.example/a:2"));
}

TEST(PushTargets, KeepATagOfOnePlatformApart) {
  const auto found = targets(given({"r.example/a:1", "linux/arm64:r.example/arm:1"}, {}, true));
  EXPECT_THAT(names(found.tags), ElementsAre("r.example/a:1"));
  EXPECT_THAT(names(found.own.at(arm64)), ElementsAre("r.example/arm:1"));
  EXPECT_EQ(found.own.size(), 1U);
}

TEST(PushTargets, NameEveryRepositoryThatIsPushedTo) {
  const std::vector<std::string> tags{"r.example/a:1", "r.example/a:2", "other.example/b:1",
                                      "linux/arm64:r.example/c:1"};
  EXPECT_THAT(targets(given(tags, {}, true)).repositories(),
              ElementsAre(oci::Repository::parse("other.example/b"), oci::Repository::parse("r.example/a"),
                          oci::Repository::parse("r.example/c")));
  EXPECT_THAT(targets(given(tags)).repositories(), IsEmpty());
}

TEST(PushTargets, TellOutputsThatPushFromThoseThatExport) {
  struct Case {
    std::string output;
    bool push;
    std::vector<std::string> tags;
  };
  const std::vector<Case> cases{
      {"type=registry,name=r.example/a:1", true, {"r.example/a:1"}},
      {"type=image,push=true,name=r.example/a:1", true, {"r.example/a:1"}},
      {R"(type=image,"name=r.example/a:1,r.example/a:2",push=true)", true, {"r.example/a:1", "r.example/a:2"}},
      {"type=image,name=r.example/a:1", false, {}},
      {"type=image,push=false,name=r.example/a:1", false, {}},
      {"type=image,push=true,push-by-digest=true,name=r.example/a", false, {}},
      {"type=oci,dest=a.tar", false, {}},
      {"out", false, {}},
  };
  for (const auto& item : cases) {
    const auto found = targets(given({}, {item.output}));
    EXPECT_EQ(found.push, item.push) << item.output;
    EXPECT_EQ(names(found.tags), item.tags) << item.output;
    EXPECT_EQ(found.exports.size(), item.push ? 0U : 1U) << item.output;
  }
}

TEST(PushTargets, RefuseWhatNamesNoPlace) {
  for (const auto& options : {given({}, {}, true), given({"linux/arm64:r.example/a:1"}, {}, true),
                              given({}, {"type=registry"}), given({"r.example/a@sha256:" + std::string(64, '0')}),
                              given({"R.example/A b"}), given({"linux/riscv64:r.example/a:1"})}) {
    try {
      targets(options);
      ADD_FAILURE() << "nothing failed";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      EXPECT_FALSE(error.hint().empty()) << error.message();
    }
  }
}

TEST(PushTargets, RefuseATagThatTwoImagesWouldHave) {
  const auto problem = [](std::vector<std::string> tags) -> std::string {
    try {
      targets(given(std::move(tags), {}, true));
    } catch (const Error& error) {
      return error.message();
    }
    return "";
  };
  EXPECT_EQ(problem({"r.example/a:1", "linux/arm64:r.example/a:1"}),
            "--tag r.example/a:1 and --tag linux/arm64:r.example/a:1 name two images by one tag");
  EXPECT_EQ(problem({"r.example/a:1", "linux/arm64:r.example/a:2", "linux/amd64:r.example/a:2"}),
            "--tag linux/amd64:r.example/a:2 and --tag linux/arm64:r.example/a:2 name two images by one tag");
  EXPECT_EQ(problem({"r.example/a:1", "linux/arm64:r.example/b:1"}), "");
}

}  // namespace
}  // namespace polyarch::app
