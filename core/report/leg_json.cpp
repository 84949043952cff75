#include "report/leg_json.hpp"

#include <algorithm>
#include <array>
#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "report/outside_text.hpp"

namespace polyarch::report {
namespace {

constexpr std::size_t most_tests = 1000;

std::string clean_lines(std::string_view text) {
  return text::join(lines_of(text), "\n");
}

Json test_json(const Test& test) {
  return {{"name", clean_lines(test.name)},
          {"result", to_string(test.result)},
          {"duration_ms", test.duration.count()},
          {"output", clean_lines(test.output)}};
}

std::string string(const Json& object, const char* key, std::string_view what) {
  return string_at(object, key, what).value_or("");
}

template <class Number>
Number number(const Json& object, const char* key, std::string_view what) {
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<Number>::max());
  return static_cast<Number>(std::min(unsigned_at(object, key, what).value_or(0), most));
}

bool flag(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

Result result(const Json& object, std::string_view what) {
  const auto text = string(object, "result", what);
  for (const auto each : std::array{Result::passed, Result::failed, Result::canceled, Result::skipped}) {
    if (text == to_string(each)) return each;
  }
  throw Error(ErrorKind::input, fmt::format("{}: '{}' is no result", what, text::printable(text)));
}

std::chrono::milliseconds duration(const Json& object, std::string_view what) {
  constexpr std::uint64_t longest = 100ULL * 24 * 3600 * 1000;
  return std::chrono::milliseconds(std::min(unsigned_at(object, "duration_ms", what).value_or(0), longest));
}

Test parse_test(const Json& object, std::string_view what) {
  return {string(object, "name", what), result(object, what), duration(object, what), string(object, "output", what)};
}

}  // namespace

Json leg_json(const Leg& leg) {
  auto tests = Json::array();
  for (const auto& test : leg.tests) tests.push_back(test_json(test));
  return {{"platform", leg.platform.str()},
          {"result", to_string(leg.result)},
          {"optional", leg.optional},
          {"emulated", leg.emulated},
          {"node", clean_lines(leg.node)},
          {"duration_ms", leg.duration.count()},
          {"steps", leg.steps},
          {"cached_steps", leg.cached_steps},
          {"size", leg.size},
          {"digest", clean_lines(leg.digest)},
          {"error", clean_lines(leg.error)},
          {"tests", std::move(tests)}};
}

Leg parse_leg(const Json& object, std::string_view what) {
  if (!object.is_object()) throw Error(ErrorKind::input, fmt::format("{}: a leg is an object", what));
  Leg leg;
  try {
    leg.platform = oci::Platform::parse(string(object, "platform", what));
  } catch (const Error& error) {
    throw Error(ErrorKind::input, fmt::format("{}: {}", what, error.message()));
  }
  leg.result = result(object, what);
  leg.optional = flag(object, "optional");
  leg.emulated = flag(object, "emulated");
  leg.node = string(object, "node", what);
  leg.duration = duration(object, what);
  leg.steps = number<int>(object, "steps", what);
  leg.cached_steps = number<int>(object, "cached_steps", what);
  leg.size = number<std::uint64_t>(object, "size", what);
  leg.digest = string(object, "digest", what);
  leg.error = string(object, "error", what);
  const auto tests = object.find("tests");
  if (tests == object.end()) return leg;
  if (!tests->is_array() || tests->size() > most_tests) {
    throw Error(ErrorKind::input, fmt::format("{}: 'tests' is no list, or too long", what));
  }
  for (const auto& test : *tests) leg.tests.push_back(parse_test(test, what));
  return leg;
}

}  // namespace polyarch::report
