#include "report/run_json.hpp"

#include <fmt/core.h>

#include "base/text.hpp"
#include "report/cache_use.hpp"
#include "report/json_fields.hpp"
#include "report/leg_json.hpp"
#include "report/outside_text.hpp"
#include "report/timestamp.hpp"
#include "report/writers.hpp"

namespace polyarch::report {
namespace {

constexpr std::string_view report_schema = "polyarch.report/v1";
constexpr std::size_t most_legs = 256;
constexpr std::size_t most_listed_steps = 10'000;
constexpr std::size_t most_texts = 10'000;  // warnings, tags
constexpr std::size_t written_output = 8U << 20;
constexpr std::size_t largest_report = 64U << 20;  // what is escaped, and the fields beside it, take their room

Json step_json(const Step& step) {
  return {{"id", clean_text(step.id)},
          {"name", clean_text(step.name)},
          {"platform", step.platform ? Json(step.platform->str()) : Json()},
          {"stage", clean_text(step.stage)},
          {"line", step.line},
          {"emulated", step.emulated},
          {"cached", step.cached},
          {"internal", step.internal},
          {"started", optional_time(step.started)},
          {"completed", optional_time(step.completed)},
          {"duration_ms", step.duration.count()},
          {"error", clean_text(step.error)},
          {"log", clean_text(step.log)}};
}

Step parse_step(const Json& object, std::string_view what) {
  Step step;
  step.id = text_field(object, "id", what);
  step.name = text_field(object, "name", what);
  step.platform = platform_field(object, what);
  step.stage = text_field(object, "stage", what);
  step.line = number_field<int>(object, "line", what);
  step.emulated = flag_field(object, "emulated", what);
  step.cached = flag_field(object, "cached", what);
  step.internal = flag_field(object, "internal", what);
  step.started = time_field(object, "started", what);
  step.completed = time_field(object, "completed", what);
  step.duration = duration_field(object, what);
  step.error = text_field(object, "error", what);
  step.log = text_field(object, "log", what);
  return step;
}

Json warning_json(const Warning& warning) {
  return {{"message", clean_text(warning.message)},
          {"file", clean_text(warning.file)},
          {"line", warning.line},
          {"hint", clean_text(warning.hint)}};
}

Warning parse_warning(const Json& object, std::string_view what) {
  return {text_field(object, "message", what), text_field(object, "file", what),
          number_field<int>(object, "line", what), text_field(object, "hint", what)};
}

Json transfer_json(const std::optional<MountTransfer>& transfer) {
  if (!transfer) return {};
  return {{"files", transfer->files},
          {"bytes", transfer->bytes},
          {"moved_bytes", transfer->moved_bytes},
          {"duration_ms", transfer->duration.count()}};
}

std::optional<MountTransfer> parse_transfer(const Json& mount, const char* key, std::string_view what) {
  const auto found = mount.find(key);
  if (found == mount.end() || !found->is_object()) return std::nullopt;
  return MountTransfer{number_field<std::uint64_t>(*found, "files", what),
                       number_field<std::uint64_t>(*found, "bytes", what),
                       number_field<std::uint64_t>(*found, "moved_bytes", what), duration_field(*found, what)};
}

Json mount_json(const MountUse& mount) {
  return {{"id", clean_text(mount.id)},
          {"platform", mount.platform.str()},
          {"restored", transfer_json(mount.restored)},
          {"saved", transfer_json(mount.saved)}};
}

MountUse parse_mount(const Json& object, std::string_view what) {
  const auto platform = platform_field(object, what);
  if (!platform) throw Error(ErrorKind::input, fmt::format("{}: a cache mount without a platform", what));
  return {text_field(object, "id", what), *platform, parse_transfer(object, "restored", what),
          parse_transfer(object, "saved", what)};
}

Json layer_cache_json(const LayerCache& cache) {
  return {{"import_ms", cache.imported.count()},
          {"export_ms", cache.exported.count()},
          {"steps", cache.steps},
          {"hits", cache.hits}};
}

std::string parse_tag(const Json& tag, std::string_view what) {
  if (!tag.is_string()) throw Error(ErrorKind::input, fmt::format("{}: a tag is no text", what));
  return tag.get<std::string>();
}

template <class Item>
Json to_array(const std::vector<Item>& items, auto to_item) {
  auto array = Json::array();
  for (const auto& item : items) array.push_back(to_item(item));
  return array;
}

}  // namespace

Json run_json(const Run& run) {
  return {{"schema", report_schema},
          {"id", clean_text(run.id)},
          {"engine_version", clean_text(run.engine_version)},
          {"context", clean_text(run.context)},
          {"dockerfile", clean_text(run.dockerfile)},
          {"result", to_string(run.result)},
          {"error", clean_text(run.error)},
          {"started", rfc3339(run.started)},
          {"duration_ms", run.duration.count()},
          {"reference", clean_text(run.reference)},
          {"digest", clean_text(run.digest)},
          {"tags", to_array(run.tags, clean_text)},
          {"legs", to_array(run.legs, leg_json)},
          {"steps", to_array(run.steps, step_json)},
          {"warnings", to_array(run.warnings, warning_json)},
          {"layer_cache", layer_cache_json(layer_cache(run))},
          {"cache_mounts", to_array(run.mounts, mount_json)}};
}

std::string to_json(const Run& run) {
  const auto object = run_json(trimmed(run, written_output, most_listed_steps));
  return object.dump(2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) + '\n';
}

Run parse_run(const Json& object, std::string_view what) {
  const auto written = text_field(object, "schema", what);
  if (written != report_schema) {
    throw Error(ErrorKind::input,
                fmt::format("{} is no report that this engine reads: its schema is '{}', not '{}'", what,
                            fit(text::printable(written), 40), report_schema),
                "give the report.json that polyarch build --report-dir writes, of an engine of the same version");
  }
  Run run;
  run.id = text_field(object, "id", what);
  run.engine_version = text_field(object, "engine_version", what);
  run.context = text_field(object, "context", what);
  run.dockerfile = text_field(object, "dockerfile", what);
  run.result = result_field(object, what);
  run.error = text_field(object, "error", what);
  run.started = time_field(object, "started", what).value_or(Time{});
  run.duration = duration_field(object, what);
  run.reference = text_field(object, "reference", what);
  run.digest = text_field(object, "digest", what);
  run.tags = list_of(object, "tags", most_texts, what, parse_tag);
  run.legs = list_of(object, "legs", most_legs, what, parse_leg);
  run.steps = list_of(object, "steps", most_listed_steps, what, parse_step);
  run.warnings = list_of(object, "warnings", most_texts, what, parse_warning);
  run.mounts = list_of(object, "cache_mounts", most_texts, what, parse_mount);
  return run;
}

Run parse_report(std::string_view bytes, std::string_view what) {
  return parse_run(parse_json(bytes, what, largest_report), what);
}

}  // namespace polyarch::report
