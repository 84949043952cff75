#include "report/leg_json.hpp"

#include <fmt/core.h>

#include "report/json_fields.hpp"

namespace polyarch::report {
namespace {

constexpr std::size_t most_tests = 1000;
constexpr std::size_t most_layers = 1000;

Json test_json(const Test& test) {
  return {{"name", clean_text(test.name)},
          {"result", to_string(test.result)},
          {"duration_ms", test.duration.count()},
          {"output", clean_text(test.output)}};
}

Test parse_test(const Json& object, std::string_view what) {
  return {text_field(object, "name", what), result_field(object, what), duration_field(object, what),
          text_field(object, "output", what)};
}

Json layer_json(const Layer& layer) {
  return {{"digest", clean_text(layer.digest)}, {"size", layer.size}, {"step", clean_text(layer.step)}};
}

Layer parse_layer(const Json& object, std::string_view what) {
  return {text_field(object, "digest", what), number_field<std::uint64_t>(object, "size", what),
          text_field(object, "step", what)};
}

}  // namespace

Json leg_json(const Leg& leg) {
  auto tests = Json::array();
  for (const auto& test : leg.tests) tests.push_back(test_json(test));
  auto layers = Json::array();
  for (const auto& layer : leg.layers) layers.push_back(layer_json(layer));
  return {{"platform", leg.platform.str()},
          {"result", to_string(leg.result)},
          {"optional", leg.optional},
          {"emulated", leg.emulated},
          {"node", clean_text(leg.node)},
          {"started", optional_time(leg.started)},
          {"duration_ms", leg.duration.count()},
          {"steps", leg.steps},
          {"cached_steps", leg.cached_steps},
          {"size", leg.size},
          {"digest", clean_text(leg.digest)},
          {"error", clean_text(leg.error)},
          {"tests", std::move(tests)},
          {"layers", std::move(layers)}};
}

Leg parse_leg(const Json& object, std::string_view what) {
  const auto platform = platform_field(object, what);
  if (!platform) throw Error(ErrorKind::input, fmt::format("{}: a leg without a platform", what));
  Leg leg;
  leg.platform = *platform;
  leg.result = result_field(object, what);
  leg.optional = flag_field(object, "optional", what);
  leg.emulated = flag_field(object, "emulated", what);
  leg.node = text_field(object, "node", what);
  leg.started = time_field(object, "started", what);
  leg.duration = duration_field(object, what);
  leg.steps = number_field<int>(object, "steps", what);
  leg.cached_steps = number_field<int>(object, "cached_steps", what);
  leg.size = number_field<std::uint64_t>(object, "size", what);
  leg.digest = text_field(object, "digest", what);
  leg.error = text_field(object, "error", what);
  leg.tests = list_of(object, "tests", most_tests, what, parse_test);
  leg.layers = list_of(object, "layers", most_layers, what, parse_layer);
  return leg;
}

}  // namespace polyarch::report
