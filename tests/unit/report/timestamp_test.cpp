#include "report/timestamp.hpp"

#include <gtest/gtest.h>

namespace polyarch::report {
namespace {

std::int64_t nanoseconds(std::string_view text) {
  const auto time = parse_timestamp(text);
  return time ? std::chrono::duration_cast<std::chrono::nanoseconds>(time->time_since_epoch()).count() : -1;
}

TEST(Timestamp, IsReadToTheNanosecondAndInUtc) {
  EXPECT_EQ(nanoseconds("1970-01-01T00:00:01Z"), 1'000'000'000);
  EXPECT_EQ(nanoseconds("1970-01-01T00:00:00.000000001Z"), 1);
  EXPECT_EQ(nanoseconds("1970-01-01T00:00:00.5Z"), 500'000'000);
  EXPECT_EQ(nanoseconds("1970-01-01T02:00:00+02:00"), 0);
  EXPECT_EQ(nanoseconds("2026-11-23T09:46:46.569171588Z"), 1'795'427'206'569'171'588);
  EXPECT_EQ(nanoseconds("2026-11-23T04:16:46.569171588-05:30"), 1'795'427'206'569'171'588);
}

TEST(Timestamp, IsNotReadFromAnythingElse) {
  for (const auto* text :
       {"", "now", "2026-11-23", "2026-11-23T09:46:46", "2026-13-23T09:46:46Z", "2026-02-30T09:46:46Z",
        "2026-11-23T24:46:46Z", "2026-11-23T09:46:46.Z", "2026-11-23T09:46:46+1:00", "0001-01-01T00:00:00Z",
        "9999-01-01T00:00:00Z", "2026-11-23T09:46:46Zx"}) {
    EXPECT_FALSE(parse_timestamp(text)) << text;
  }
}

}  // namespace
}  // namespace polyarch::report
