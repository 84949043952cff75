#include "cache/cutter.hpp"

#include <gtest/gtest.h>
#include <random>
#include <set>
#include <string>

#include "base/digest.hpp"
#include "unit/cache/trees.hpp"

namespace polyarch::cache {
namespace {

std::multiset<std::string> parts(std::string_view content) {
  std::multiset<std::string> out;
  while (!content.empty()) {
    const auto size = next_cut(content);
    EXPECT_GT(size, 0U);
    EXPECT_LE(size, largest_cut);
    EXPECT_TRUE(size >= smallest_cut || size == content.size());
    out.insert(Digest::sha256(content.substr(0, size)).str());
    content.remove_prefix(size);
  }
  return out;
}

TEST(Cutter, AnInsertionMovesOnlyTheCutsBesideIt) {
  std::mt19937_64 random(1);
  std::string content;
  while (content.size() < (32U << 20)) content += static_cast<char>(random());
  const auto before = parts(content);
  content.insert(content.size() / 2, "inserted");
  const auto after = parts(content);
  std::size_t shared = 0;
  for (const auto& part : after) shared += before.count(part);
  EXPECT_GE(before.size(), 6U);
  EXPECT_GE(shared + 3, after.size());
}

TEST(Cutter, CutsWhatHasNoCutAnywhere) {
  const std::string zeros(20U << 20, '\0');
  EXPECT_LE(parts(zeros).size(), 20U);
  EXPECT_EQ(next_cut("short"), 5U);
  EXPECT_EQ(next_cut(""), 0U);
}

}  // namespace
}  // namespace polyarch::cache
