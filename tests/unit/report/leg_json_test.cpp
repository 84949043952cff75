#include "report/leg_json.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "unit/report/sample.hpp"

namespace polyarch::report {
namespace {

Json as_text(const Leg& leg) {
  return Json::parse(leg_json(leg).dump());
}

TEST(LegJson, IsReadAsItWasWritten) {
  auto leg = make_leg(arm64);
  leg.optional = true;
  leg.node = "node0";
  leg.error = "one\ntwo";
  leg.tests = {{"true", Result::passed, std::chrono::milliseconds(3), "out"},
               {"false", Result::failed, std::chrono::milliseconds(4), ""}};
  EXPECT_EQ(leg_json(parse_leg(as_text(leg), "a leg")), leg_json(leg));
}

TEST(LegJson, RefusesWhatIsNoLeg) {
  const auto good = as_text(make_leg(amd64));
  const auto with = [&](const char* key, const Json& value) {
    auto object = good;
    object[key] = value;
    return object;
  };
  const std::vector<Json> bad{
      Json::array(),           with("platform", "plan9/"),       with("platform", 7),
      with("result", "great"), with("duration_ms", -1),          with("duration_ms", "long"),
      with("steps", 1.5),      with("tests", Json::object()),    with("tests", Json::array({1})),
      with("error", 1),        with("tests", Json(2000, Json()))};
  for (const auto& object : bad) {
    try {
      parse_leg(object, "the record");
      ADD_FAILURE() << "accepted: " << object.dump().substr(0, 200);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input);
      EXPECT_NE(error.message().find("the record"), std::string::npos) << error.message();
    }
  }
}

TEST(LegJson, KeepsNumbersWithinBounds) {
  auto object = as_text(make_leg(amd64));
  object["duration_ms"] = 18446744073709551615ULL;
  object["steps"] = 18446744073709551615ULL;
  const auto leg = parse_leg(object, "a leg");
  EXPECT_LT(leg.duration, std::chrono::hours(24 * 366));
  EXPECT_GT(leg.steps, 0);
}

}  // namespace
}  // namespace polyarch::report
