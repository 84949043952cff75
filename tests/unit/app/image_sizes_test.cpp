#include "app/image_sizes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace polyarch::app {
namespace {

using ::testing::HasSubstr;

oci::Descriptor layer(const std::string& name, std::uint64_t size) {
  return {.media_type = "x/layer", .digest = Digest::sha256(name), .size = size};
}

std::vector<PlatformSizes> two_platforms() {
  oci::Manifest amd64{.config = layer("c1", 10), .layers = {layer("base", 1000), layer("amd64", 500)}};
  oci::Manifest arm64{.config = layer("c2", 20),
                      .layers = {layer("base", 1000), layer("arm64", 900), layer("more", 7)}};
  const auto* const history =
      R"({"history":[{"created_by":"COPY base"},{"created_by":"ENV A=1","empty_layer":true},{"created_by":"RUN make"}]})";
  std::vector<PlatformSizes> images{measure(oci::Platform::parse("linux/amd64"), amd64, history),
                                    measure(oci::Platform::parse("linux/arm64"), arm64, "not JSON")};
  mark_shared(images);
  return images;
}

TEST(ImageSizes, TellSharedFromOwn) {
  const auto images = two_platforms();
  EXPECT_EQ(images[0].total(), 1510U);
  EXPECT_EQ(images[0].shared(), 1000U);
  EXPECT_EQ(images[0].own(), 510U);
  EXPECT_EQ(images[1].own(), 927U);
  EXPECT_EQ(stored_size(images), 10U + 20U + 1000U + 500U + 900U + 7U);
}

TEST(ImageSizes, NameTheStepsWhereTheHistoryHasOneALayer) {
  const auto images = two_platforms();
  EXPECT_EQ(images[0].layers[0].step, "COPY base");
  EXPECT_EQ(images[0].layers[1].step, "RUN make");
  EXPECT_EQ(images[1].layers[0].step, "");
}

TEST(ImageSizes, ShowWhereThePlatformsDiffer) {
  const auto table = sizes_table(two_platforms());
  EXPECT_THAT(table, HasSubstr("1.0 kB ="));
  EXPECT_THAT(table, HasSubstr("400 B  RUN make"));
  const auto json = sizes_json(two_platforms());
  EXPECT_EQ(json["platforms"]["linux/arm64"]["layers"][1]["shared"], false);
}

TEST(ImageSizes, TellTheVersionsOfWindowsApart) {
  const oci::Manifest manifest{.config = layer("c", 1), .layers = {layer("l", 1)}};
  const auto image = [&](const std::string& version) {
    return measure({"windows", "amd64", "", version}, manifest, "{}");
  };
  const auto json = sizes_json({image("10.0.1"), image("10.0.2")});
  EXPECT_EQ(json["platforms"].size(), 2U);
  EXPECT_TRUE(json["platforms"].contains("windows(10.0.2)/amd64")) << json;
}

// The history comes from outside: it is cut to a line, and may not move the cursor.
TEST(ImageSizes, CutLongStepsAndTakeControlsOut) {
  const oci::Manifest manifest{.config = layer("c", 1), .layers = {layer("l", 1)}};
  const auto config = Json{{"history", {{{"created_by", "RUN \033[2J\n" + std::string(500, 'x')}}}}}.dump();
  const auto table = sizes_table({measure(oci::Platform::parse("linux/amd64"), manifest, config)});
  EXPECT_EQ(table.find('\033'), std::string::npos);
  for (std::size_t at = 0; at < table.size(); at = table.find('\n', at) + 1) EXPECT_LT(table.find('\n', at) - at, 200U);
}

}  // namespace
}  // namespace polyarch::app
