#include "app/tag_option.hpp"

#include <gmock/gmock.h>

#include "base/error.hpp"

namespace polyarch::app {
namespace {

TEST(TagOption, NamesEachTagOnce) {
  EXPECT_THAT(parse_tags({"r.example/a:1", "r.example/b:1", "r.example/a:1"}),
              ::testing::ElementsAre(oci::Reference::parse("r.example/a:1"), oci::Reference::parse("r.example/b:1")));
  EXPECT_THAT(parse_tags({}), ::testing::IsEmpty());
}

TEST(TagOption, NamesNoDigest) {
  try {
    parse_tags({"r.example/a:1", "r.example/a:2@" + Digest::sha256("").str()});
    ADD_FAILURE() << "nothing failed";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_THAT(error.message(), ::testing::HasSubstr("names a digest"));
  }
}

}  // namespace
}  // namespace polyarch::app
