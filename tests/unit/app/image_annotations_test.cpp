#include "app/image_annotations.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"

namespace polyarch::app {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Map = oci::Annotations;

TEST(ImageAnnotations, AreForTheManifestUnlessTheySayElse) {
  const auto found = split_annotations({"a=1", "manifest:b=2", "manifest[linux/arm64]:c=3"});
  EXPECT_THAT(found.manifest, ElementsAre("a=1", "manifest:b=2", "manifest[linux/arm64]:c=3"));
  EXPECT_THAT(found.index, IsEmpty());
  EXPECT_THAT(found.descriptor, IsEmpty());
}

TEST(ImageAnnotations, OfTheIndexAndItsEntriesAreOurs) {
  const auto found = split_annotations({"index:a=1", "manifest-descriptor:b=2"});
  EXPECT_THAT(found.manifest, IsEmpty());
  EXPECT_EQ(found.index, (Map{{"a", "1"}}));
  EXPECT_EQ(found.descriptor, (Map{{"b", "2"}}));
}

TEST(ImageAnnotations, MayHaveSeveralLevels) {
  const auto found = split_annotations({"index,manifest,manifest-descriptor:a=x=y:z"});
  EXPECT_THAT(found.manifest, ElementsAre("manifest:a=x=y:z"));
  EXPECT_EQ(found.index, (Map{{"a", "x=y:z"}}));
  EXPECT_EQ(found.descriptor, (Map{{"a", "x=y:z"}}));
}

TEST(ImageAnnotations, MayHoldColonsInTheirValue) {
  const auto found = split_annotations({"source=https://example.org", "index:source=index:x"});
  EXPECT_THAT(found.manifest, ElementsAre("source=https://example.org"));
  EXPECT_EQ(found.index, (Map{{"source", "index:x"}}));
}

TEST(ImageAnnotations, WithoutKeyOrPlaceAreRefused) {
  for (const std::string text :
       {"", "a", "=1", "index:", "index:=1", "index-descriptor:a=1", "index[linux/arm64]:a=1"}) {
    try {
      split_annotations({text});
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      EXPECT_FALSE(error.hint().empty());
    }
  }
}

}  // namespace
}  // namespace polyarch::app
