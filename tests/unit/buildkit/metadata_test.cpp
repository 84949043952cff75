#include <fstream>
#include <gtest/gtest.h>
#include <iterator>

#include "buildkit/solve.hpp"

namespace polyarch::buildkit {
namespace {

const std::string digest = "sha256:" + std::string(64, 'a');

TEST(Metadata, OfARealBuildNamesTheIndex) {
  std::ifstream file(POLYARCH_SOURCE_DIR "/tests/unit/buildkit/data/metadata.json");
  const auto metadata = parse_metadata(std::string(std::istreambuf_iterator<char>(file), {}));
  ASSERT_TRUE(metadata.image);
  EXPECT_EQ(metadata.image->media_type, oci::media_type::oci_index);
  EXPECT_EQ(metadata.image->size, 1609U);
  EXPECT_EQ(metadata.image->digest.short_hex(), "de23ce91e91b");
  EXPECT_EQ(metadata.raw.at("image.name"), "r.example/t/app");
}

TEST(Metadata, MayHoldADigestAloneOrNoImage) {
  EXPECT_EQ(parse_metadata("{\"containerimage.digest\":\"" + digest + "\"}").image->digest.str(), digest);
  EXPECT_FALSE(parse_metadata("{}").image);
  EXPECT_FALSE(parse_metadata("{\"containerimage.descriptor\":null}").image);
}

TEST(Metadata, ThatIsMalformedIsRefused) {
  for (const std::string text : {"", "[]", "{\"containerimage.digest\":7}", "{\"containerimage.digest\":\"sha256:x\"}",
                                 "{\"containerimage.descriptor\":{\"digest\":\"x\"}}"}) {
    try {
      parse_metadata(text);
      ADD_FAILURE() << "accepted: " << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input) << text;
    }
  }
}

}  // namespace
}  // namespace polyarch::buildkit
