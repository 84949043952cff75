#include "base/json.hpp"

#include "base/text.hpp"
#include "report/leg_json.hpp"
#include "report/outside_text.hpp"
#include "report/timestamp.hpp"
#include "report/writers.hpp"

namespace polyarch::report {
namespace {

std::string text_of(std::string_view text) {
  return text::join(lines_of(text), "\n");
}

Json optional_time(const std::optional<Time>& time) {
  return time ? Json(rfc3339(*time)) : Json();
}

Json to_object(const Step& step) {
  return {{"id", text_of(step.id)},
          {"name", text_of(step.name)},
          {"platform", step.platform ? Json(step.platform->str()) : Json()},
          {"stage", text_of(step.stage)},
          {"line", step.line},
          {"emulated", step.emulated},
          {"cached", step.cached},
          {"internal", step.internal},
          {"started", optional_time(step.started)},
          {"completed", optional_time(step.completed)},
          {"duration_ms", step.duration.count()},
          {"error", text_of(step.error)},
          {"log", text_of(step.log)}};
}

Json to_object(const Warning& warning) {
  return {{"message", text_of(warning.message)},
          {"file", text_of(warning.file)},
          {"line", warning.line},
          {"hint", text_of(warning.hint)}};
}

template <class Item>
Json to_array(const std::vector<Item>& items) {
  auto array = Json::array();
  for (const auto& item : items) array.push_back(to_object(item));
  return array;
}

Json to_array(const std::vector<std::string>& texts) {
  auto array = Json::array();
  for (const auto& text : texts) array.push_back(text_of(text));
  return array;
}

}  // namespace

std::string to_json(const Run& run) {
  auto legs = Json::array();
  for (const auto& leg : run.legs) legs.push_back(leg_json(leg));
  const Json object{{"schema", "polyarch.report/v1"},
                    {"id", text_of(run.id)},
                    {"engine_version", text_of(run.engine_version)},
                    {"context", text_of(run.context)},
                    {"dockerfile", text_of(run.dockerfile)},
                    {"result", to_string(run.result)},
                    {"error", text_of(run.error)},
                    {"started", rfc3339(run.started)},
                    {"duration_ms", run.duration.count()},
                    {"reference", text_of(run.reference)},
                    {"digest", text_of(run.digest)},
                    {"tags", to_array(run.tags)},
                    {"legs", legs},
                    {"steps", to_array(run.steps)},
                    {"warnings", to_array(run.warnings)}};
  return object.dump(2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) + '\n';
}

}  // namespace polyarch::report
