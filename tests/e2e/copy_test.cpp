// `polyarch copy` between real registries and out of OCI layouts, as a user calls it.
#include <gmock/gmock.h>

#include "base/error.hpp"
#include "e2e/two_registries.hpp"

namespace polyarch::e2e {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Copying = TwoRegistries;

TEST_F(Copying, CopiesWholeImagesAndSinglePlatforms) {
  publish_two(here("app:1"));
  publish_two(here("app:2"));
  must({"copy", here("app:1"), here("app:2"), there("mirror/app")});
  for (const auto* const tag : {"1", "2"}) {
    EXPECT_EQ(digest_of(there("mirror/app:") + tag), digest_of(here("app:") + tag));
    EXPECT_THAT(whole_platforms(there("mirror/app:") + tag), ElementsAre("linux/amd64", "linux/arm64"));
  }
  must({"copy", "--platform", "linux/arm64", here("app:1"), there("app:arm")});
  EXPECT_EQ(client_.head_manifest(oci::Reference::parse(there("app:arm")))->media_type, oci::media_type::oci_manifest);
  const auto fight = engine({"copy", here("app:1"), here("app:2"), there("app:3")});
  EXPECT_EQ(fight.status, 2) << shown(fight);
  EXPECT_EQ(digest_of(there("app:3")), "");
}

TEST_F(Copying, CopiesOnePlatformOfALayoutThatLacksTheOthers) {
  polyarch::testing::LayoutBuilder layout;
  const auto image = [&](const std::string& name) {
    const auto platform = oci::Platform::parse(name);
    return polyarch::testing::with_platform(layout.image(platform, name), platform);
  };
  const auto absent = image("linux/amd64");
  layout.finish({layout.index({absent, image("linux/arm64")})});
  std::filesystem::remove(layout.root() / "blobs/sha256" / std::string(absent.digest.hex()));
  const auto source = layout.root().string();
  must({"copy", "--platform", "linux/arm64", source, here("app:1")});
  EXPECT_EQ(engine({"copy", "--platform", "linux/amd64", source, here("app:1")}).status, 3);
  EXPECT_EQ(engine({"copy", "--platform", "linux/s390x", source, here("app:1")}).status, 2);
  EXPECT_EQ(engine({"copy", source, here("app:2")}).status, 3);
}

TEST_F(Copying, CopiesToARegistryWithAnAddressOfIpVersion6) {
  if (!std::filesystem::exists("/proc/net/if_inet6")) GTEST_SKIP() << "this machine has no IPv6";
  const auto source = push_image(repository(registry_, "app"), "linux/amd64");
  const sys::TemporaryDirectory directory;
  sys::Cancel cancel;
  sys::SystemRunner runner(&cancel);
  sys::ProcessResult copied;
  const auto copy_there = [&](std::string_view line) {
    line.remove_prefix(line.find("//") + 2);
    copied = engine({"copy", source, std::string(line.substr(0, line.find(' '))) + "/app:1"});
    cancel.request();
  };
  EXPECT_THROW(runner.run({.argv = {engine_path(), "registry", "serve", "--listen", "[::1]:0", "--dir",
                                    directory.path().string()},
                           .on_stdout = copy_there}),
               Error);
  EXPECT_EQ(copied.status, 0) << shown(copied);
  EXPECT_THAT(copied.out, HasSubstr("[::1]:"));
}

TEST_F(Copying, LooksAtALayoutAndCopiesToNone) {
  const sys::TemporaryDirectory scratch;
  polyarch::testing::LayoutBuilder layout;
  const auto image = layout.image(oci::Platform::parse("linux/arm64"), "on disk");
  layout.finish({image});
  const auto name = "oci:" + layout.root().string();
  const auto seen = parse_json(must({"inspect", "--format", "json", name}), "it");
  EXPECT_EQ(seen.at("reference"), name);
  EXPECT_EQ(seen.at("platforms").at("linux/arm64").at("digest"), image.digest.str());
  const auto refused = engine({"copy", name, "oci:" + (scratch.path() / "new").string()});
  EXPECT_EQ(refused.status, 2) << shown(refused);
  EXPECT_THAT(refused.err, HasSubstr("is an OCI layout"));
}

}  // namespace
}  // namespace polyarch::e2e
