// `polyarch tags` on a real registry, as a user calls it.
#include <gmock/gmock.h>

#include "e2e/two_registries.hpp"

namespace polyarch::e2e {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Tags : public TwoRegistries {
 protected:
  // An index of one image, created on that day of January.
  void push_dated(const std::string& tag, int day) {
    polyarch::testing::LayoutBuilder layout;
    const auto created = "\"created\":\"2026-01-0" + std::to_string(day) + "T00:00:00Z\"";
    oci::Manifest manifest{.media_type = std::string(oci::media_type::oci_manifest)};
    manifest.config =
        layout.blob(oci::media_type::oci_config, R"({"os":"linux","architecture":"amd64",)" + created + "}");
    auto image = layout.blob(manifest.media_type, manifest.dump());
    image.platform = oci::Platform::parse("linux/amd64");
    const auto index = layout.index({image});
    const auto bytes = layout.finish({index}).read_blob(index);
    publish::push_layout(client_, layout.finish({index}), repository(registry_, "app"));
    client_.put_manifest(oci::Reference::parse(here("app:" + tag)), index.media_type, bytes);
  }

  // What BuildKit's exporter leaves beside an image; it tells no time.
  void push_layer_cache(const std::string& tag) {
    polyarch::testing::LayoutBuilder layout;
    oci::Manifest manifest{.media_type = std::string(oci::media_type::oci_manifest)};
    manifest.config = layout.blob("application/vnd.buildkit.cacheconfig.v0", R"({"layers":[],"records":[]})");
    const auto cache = layout.blob(manifest.media_type, manifest.dump());
    publish::push_layout(client_, layout.finish({cache}), repository(registry_, "app"));
    client_.put_manifest(oci::Reference::parse(here("app:" + tag)), cache.media_type, manifest.dump());
  }
};

TEST_F(Tags, ListsTagsInTheirOrderAndPrunesOldOnes) {
  push_dated("v1.10.0", 5), push_dated("v1.9.0", 3), push_dated("v1.2.0", 1), push_dated("edge", 2);
  client_.put_manifest(oci::Reference::parse(here("app:stable")), oci::media_type::oci_index,
                       client_.need_manifest(oci::Reference::parse(here("app:v1.2.0"))).bytes);
  EXPECT_EQ(must({"tags", "ls", here("app")}), "edge\nstable\nv1.2.0\nv1.9.0\nv1.10.0\n");
  const std::vector<std::string> prune{"tags", "prune", "--match", "v*", "--keep", "1", here("app")};
  EXPECT_THAT(must(prune), HasSubstr("add --yes"));
  EXPECT_EQ(must({"tags", "ls", here("app")}), "edge\nstable\nv1.2.0\nv1.9.0\nv1.10.0\n");
  const auto gone = digest_of(here("app:v1.9.0"));
  must(joined(prune, {"--yes"}));
  EXPECT_EQ(must({"tags", "ls", here("app")}), "edge\nstable\nv1.10.0\n");
  EXPECT_EQ(digest_of(here("app@" + gone)), "");
  for (const auto* const tag : {"edge", "stable", "v1.10.0"})
    EXPECT_THAT(whole_platforms(here("app:") + tag), ElementsAre("linux/amd64"));
  EXPECT_EQ(engine({"tags", "prune", here("app")}).status, 2) << "it must be said what may go";
}

TEST_F(Tags, PrunesNoCacheBesideAnImageAndDoesNotCountIt) {
  push_dated("v1", 1), push_dated("v2", 2), push_dated("v3", 3);
  push_layer_cache("cache-linux-amd64-main");
  const sys::TemporaryDirectory tree;
  write(tree.path() / "kept/file", "cached");
  for (const auto* const branch : {"main", "topic"})
    must({"cache", "save", "--ref", here("app:mount-linux-amd64-go-1a2b3c4d-") + branch, "--directory",
          tree.path().string(), "kept"});
  const auto shown = must({"tags", "prune", "--keep", "2", here("app")});
  EXPECT_THAT(shown, ::testing::AllOf(HasSubstr("keep: a layer cache"), HasSubstr("keep: a cache snapshot"),
                                      HasSubstr("tags: 1 go, 5 stay")));
  must({"tags", "prune", "--keep", "0", "--yes", here("app")});
  EXPECT_EQ(must({"tags", "ls", here("app")}),
            "cache-linux-amd64-main\nmount-linux-amd64-go-1a2b3c4d-main\nmount-linux-amd64-go-1a2b3c4d-topic\n");
  must({"cache", "prune", "--keep", "0", "--yes", here("app")});
  EXPECT_EQ(must({"tags", "ls", here("app")}), "cache-linux-amd64-main\n");
}

}  // namespace
}  // namespace polyarch::e2e
