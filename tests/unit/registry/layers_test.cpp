#include "registry/layers.hpp"

#include <gtest/gtest.h>
#include <optional>

#include "base/error.hpp"
#include "unit/registry/archive.hpp"

namespace polyarch::registry {
namespace {

using testing::gzip;
using testing::pax_record;
using testing::tar_end;
using testing::tar_member;
using testing::zstd;

std::optional<std::string> extract(const std::string& bytes, const std::string& path = "etc/os-release",
                                   std::size_t step = 1'000'000, std::uint64_t max_bytes = 1 << 20) {
  FileExtractor extractor(path, max_bytes);
  for (std::size_t at = 0; at < bytes.size(); at += step) extractor.feed(std::string_view(bytes).substr(at, step));
  if (!extractor.found()) return std::nullopt;
  return extractor.take();
}

std::string sample(const std::string& name = "etc/os-release") {
  return tar_member("etc/", "", '5') + tar_member("bin/sh", std::string(5000, 'x')) + tar_member(name, "ID=test\n") +
         tar_member("z", "more") + tar_end();
}

TEST(FileExtractor, FindsAFileInEveryPacking) {
  for (const auto& bytes : {sample(), gzip(sample()), zstd(sample())}) {
    for (const std::size_t step : {1U, 7U, 511U, 512U, 1'000'000U}) {
      EXPECT_EQ(extract(bytes, "etc/os-release", step), "ID=test\n") << step;
    }
  }
}

TEST(FileExtractor, ReadsSeveralMembersAndFrames) {
  const auto all = sample();
  EXPECT_EQ(extract(gzip(all.substr(0, 1000)) + gzip(all.substr(1000))), "ID=test\n");
  EXPECT_EQ(extract(zstd(all.substr(0, 1000)) + zstd(all.substr(1000)), "etc/os-release", 3), "ID=test\n");
}

TEST(FileExtractor, SeesThroughTheWaysToWriteAPath) {
  for (const auto* name : {"./etc/os-release", "/etc/os-release", "etc//./os-release"}) {
    EXPECT_EQ(extract(sample(name)), "ID=test\n") << name;
  }
  EXPECT_FALSE(extract(sample(), "etc/os"));
  EXPECT_FALSE(extract(sample("x/etc/os-release")));
  EXPECT_FALSE(extract(sample("../etc/os-release")));
}

TEST(FileExtractor, ReadsLongNames) {
  const std::string path = std::string(150, 'd') + "/file";
  const auto gnu = tar_member("././@LongLink", path + '\0', 'L') + tar_member(path.substr(0, 99), "gnu") + tar_end();
  const auto pax = tar_member("pax", pax_record("mtime", "1.5") + pax_record("path", path), 'x') +
                   tar_member("short", "pax") + tar_end();
  EXPECT_EQ(extract(gnu, path), "gnu");
  EXPECT_EQ(extract(pax, path), "pax");
  EXPECT_FALSE(extract(pax, "short"));
}

TEST(FileExtractor, AppliesAnExtensionToOneMemberOnly) {
  const auto bytes =
      tar_member("pax", pax_record("path", "a"), 'x') + tar_member("x", "1") + tar_member("b", "2") + tar_end();
  EXPECT_EQ(extract(bytes, "a"), "1");
  EXPECT_EQ(extract(bytes, "b"), "2");
}

TEST(FileExtractor, TakesOnlyRegularFiles) {
  for (const char type : {'1', '2', '3', '4', '5', '6'}) {
    EXPECT_FALSE(extract(tar_member("etc/os-release", "", type) + tar_end())) << type;
  }
  EXPECT_EQ(extract(tar_member("etc/os-release", "") + tar_end()), "");
}

TEST(FileExtractor, BoundsTheFile) {
  EXPECT_THROW(extract(sample(), "etc/os-release", 512, 7), Error);
  EXPECT_EQ(extract(sample(), "etc/os-release", 512, 8), "ID=test\n");
}

TEST(FileExtractor, ATruncatedLayerHoldsNothing) {
  const auto bytes = sample();
  const auto end = bytes.find("ID=test") + 7;
  EXPECT_FALSE(extract(bytes.substr(0, end)));
  EXPECT_FALSE(extract(""));
  EXPECT_FALSE(extract("ab"));
}

TEST(FileExtractor, RefusesBrokenArchives) {
  auto bad_sum = sample();
  bad_sum[0] = 'E';
  EXPECT_THROW(extract(bad_sum), Error);
  EXPECT_THROW(extract(std::string(2000, 'x')), Error);
  auto bad_gzip = gzip(sample());
  bad_gzip[20] = static_cast<char>(bad_gzip[20] ^ 0x55);
  bad_gzip[30] = static_cast<char>(bad_gzip[30] ^ 0x55);
  EXPECT_THROW(extract(bad_gzip, "nowhere"), Error);
  EXPECT_THROW(extract(std::string("\x28\xb5\x2f\xfd") + std::string(100, '\xff')), Error);
  EXPECT_THROW(extract(tar_member("pax", "nonsense", 'x') + tar_member("a", "") + tar_end()), Error);
  EXPECT_THROW(extract(tar_member("pax", "99999999999999999999 path=a\n", 'x') + tar_end()), Error);
  EXPECT_THROW(extract(tar_member("pax", pax_record("size", "x"), 'x') + tar_member("a", "") + tar_end()), Error);
  EXPECT_THROW(extract(tar_member("n", std::string((1 << 20) + 1, 'n'), 'L') + tar_end()), Error);
}

TEST(FileExtractor, StandsAZstdWindowThatNeedsTooMuchMemory) {
  // A frame header that asks for a window of 2 GiB.
  EXPECT_THROW(extract(std::string("\x28\xb5\x2f\xfd\x00\xa8", 6) + std::string(50, '\0')), Error);
}

}  // namespace
}  // namespace polyarch::registry
