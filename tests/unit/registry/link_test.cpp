#include "registry/link.hpp"

#include <gtest/gtest.h>

namespace polyarch::registry {
namespace {

TEST(Link, FindsTheNextPage) {
  EXPECT_EQ(next_link({R"(</v2/a/tags/list?last=b&n=2>; rel="next")"}), "/v2/a/tags/list?last=b&n=2");
  EXPECT_EQ(next_link({R"(<x>; rel=next)"}), "x");
  EXPECT_EQ(next_link({R"(<a>; rel="prev", <b>; title="t"; REL="last next")"}), "b");
  EXPECT_EQ(next_link({R"(<a>; rel="prev")", R"(<c>;rel="NEXT")"}), "c");
  EXPECT_EQ(next_link({R"(<a,b;c>; rel="next")"}), "a,b;c");
}

TEST(Link, GarbageIsNone) {
  for (const auto* field : {"", "<", ">", "<>", "<a", "a>; rel=next", "<a>", "<a>; rel", "<a>; rel=\"",
                            "<a>; rel=\"prev\"", "<a>, rel=next"}) {
    EXPECT_FALSE(next_link({field})) << field;
  }
  EXPECT_FALSE(next_link({"<" + std::string(20'000, 'a') + ">; rel=next"}));
}

}  // namespace
}  // namespace polyarch::registry
