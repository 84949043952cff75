#include "app/manifest_annotations.hpp"

#include <gtest/gtest.h>

#include "app/image_annotations.hpp"
#include "base/error.hpp"
#include "unit/app/platforms.hpp"

namespace polyarch::app {
namespace {

TEST(ManifestAnnotations, HoldForAllOrForOnePlatform) {
  const auto all = manifest_annotations(
      split_annotations({"plain=1", "manifest:level=2", "manifest[linux/arm64]:one=3",
                         "manifest-descriptor[linux/amd64]:e=4", "org.example:colon=5", "index:not=6"})
          .manifest);
  EXPECT_EQ(annotations_for(all, amd64, false),
            (oci::Annotations{{"level", "2"}, {"org.example:colon", "5"}, {"plain", "1"}}));
  EXPECT_EQ(annotations_for(all, arm64, false),
            (oci::Annotations{{"level", "2"}, {"one", "3"}, {"org.example:colon", "5"}, {"plain", "1"}}));
  EXPECT_EQ(annotations_for(all, amd64, true), (oci::Annotations{{"e", "4"}}));
  EXPECT_EQ(annotations_for(all, arm64, true), oci::Annotations());
}

TEST(ManifestAnnotations, NameRealPlatforms) {
  EXPECT_THROW(manifest_annotations({"manifest[linux/none]:a=b"}), Error);
}

}  // namespace
}  // namespace polyarch::app
