#include "base/json.hpp"

#include "base/text.hpp"
#include "report/outside_text.hpp"
#include "report/timestamp.hpp"
#include "report/writers.hpp"

namespace polyarch::report {
namespace {

std::string clean(std::string_view text) {
  return text::join(lines_of(text), "\n");
}

Json optional_time(const std::optional<Time>& time) {
  return time ? Json(rfc3339(*time)) : Json();
}

Json to_object(const Step& step) {
  return {{"id", clean(step.id)},
          {"name", clean(step.name)},
          {"platform", step.platform ? Json(step.platform->str()) : Json()},
          {"stage", clean(step.stage)},
          {"line", step.line},
          {"emulated", step.emulated},
          {"cached", step.cached},
          {"internal", step.internal},
          {"started", optional_time(step.started)},
          {"completed", optional_time(step.completed)},
          {"duration_ms", step.duration.count()},
          {"error", clean(step.error)},
          {"log", clean(step.log)}};
}

Json to_object(const Test& test) {
  return {{"name", clean(test.name)},
          {"result", to_string(test.result)},
          {"duration_ms", test.duration.count()},
          {"output", clean(test.output)}};
}

Json to_object(const Warning& warning) {
  return {{"message", clean(warning.message)},
          {"file", clean(warning.file)},
          {"line", warning.line},
          {"hint", clean(warning.hint)}};
}

Json to_object(const Leg& leg);

template <class Item>
Json to_array(const std::vector<Item>& items) {
  auto array = Json::array();
  for (const auto& item : items) array.push_back(to_object(item));
  return array;
}

Json to_object(const Leg& leg) {
  return {{"platform", leg.platform.str()},
          {"result", to_string(leg.result)},
          {"optional", leg.optional},
          {"emulated", leg.emulated},
          {"node", clean(leg.node)},
          {"duration_ms", leg.duration.count()},
          {"steps", leg.steps},
          {"cached_steps", leg.cached_steps},
          {"size", leg.size},
          {"digest", clean(leg.digest)},
          {"error", clean(leg.error)},
          {"tests", to_array(leg.tests)}};
}

Json to_array(const std::vector<std::string>& texts) {
  auto array = Json::array();
  for (const auto& text : texts) array.push_back(clean(text));
  return array;
}

}  // namespace

std::string to_json(const Run& run) {
  const Json object{{"schema", "polyarch.report/v1"},
                    {"id", clean(run.id)},
                    {"engine_version", clean(run.engine_version)},
                    {"context", clean(run.context)},
                    {"dockerfile", clean(run.dockerfile)},
                    {"result", to_string(run.result)},
                    {"error", clean(run.error)},
                    {"started", rfc3339(run.started)},
                    {"duration_ms", run.duration.count()},
                    {"reference", clean(run.reference)},
                    {"digest", clean(run.digest)},
                    {"tags", to_array(run.tags)},
                    {"legs", to_array(run.legs)},
                    {"steps", to_array(run.steps)},
                    {"warnings", to_array(run.warnings)}};
  return object.dump(2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) + '\n';
}

}  // namespace polyarch::report
