// `polyarch inspect` of images in a real registry and in OCI layouts, as a user calls it.
#include <gmock/gmock.h>

#include "e2e/two_registries.hpp"

namespace polyarch::e2e {
namespace {

using ::testing::HasSubstr;

using Inspecting = TwoRegistries;

TEST_F(Inspecting, TellsImagesForTwoVersionsOfWindowsApart) {
  polyarch::testing::LayoutBuilder layout;
  std::vector<oci::Descriptor> entries;
  for (const auto* const version : {"10.0.17763.1", "10.0.20348.1"}) {
    const oci::Platform platform{"windows", "amd64", "", version};
    entries.push_back(polyarch::testing::with_platform(layout.image(platform, version), platform));
  }
  layout.finish({layout.index(entries)});
  const auto source = layout.root().string();
  for (const auto& command :
       {std::vector<std::string>{"inspect"}, {"inspect", "--sizes"}, {"publish", "-t", here("app:1")}}) {
    const auto out = parse_json(must(joined(command, {"--format", "json", source})), "it");
    EXPECT_TRUE(out.at("platforms").contains("windows(10.0.17763.1)/amd64")) << out;
    EXPECT_EQ(out.at("platforms").size(), 2U) << out;
  }
}

TEST_F(Inspecting, ShowsTheLayersThatPlatformsShare) {
  polyarch::testing::LayoutBuilder layout;
  std::vector<oci::Descriptor> entries;
  for (const auto* const name : {"linux/amd64", "linux/arm64"}) {
    const auto platform = oci::Platform::parse(name);
    auto config = platform.to_json();
    config["history"] =
        Json::array({{{"created_by", "COPY config"}}, {{"empty_layer", true}}, {{"created_by", "RUN make"}}});
    oci::Manifest manifest{.media_type = std::string(oci::media_type::oci_manifest),
                           .config = layout.blob(oci::media_type::oci_config, config.dump())};
    manifest.layers = {layout.blob("x/layer", std::string(5000, 's')), layout.blob("x/layer", name)};
    entries.push_back(polyarch::testing::with_platform(layout.blob(manifest.media_type, manifest.dump()), platform));
  }
  layout.finish({layout.index(entries)});
  must({"copy", layout.root().string(), here("app:1")});
  EXPECT_THAT(must({"inspect", "--sizes", here("app:1")}),
              ::testing::AllOf(HasSubstr("5.0 kB ="), HasSubstr("RUN make")));
  const auto sizes = parse_json(must({"inspect", "--sizes", "--format", "json", here("app:1")}), "it").at("sizes");
  const auto& arm64 = sizes.at("platforms").at("linux/arm64");
  EXPECT_EQ(arm64.at("shared"), 5000);
  EXPECT_EQ(arm64.at("layers").at(0).at("shared"), true);
  EXPECT_EQ(arm64.at("layers").at(1).at("shared"), false);
}

}  // namespace
}  // namespace polyarch::e2e
