#include "buildkit/status.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "report/timestamp.hpp"

namespace polyarch::buildkit {
namespace {

constexpr std::size_t most_inputs = 256;
constexpr std::size_t longest_name = 4U << 10;
constexpr std::array members{"vertexes", "statuses", "logs", "warnings"};

std::string string_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string base64_of(const Json& value) {
  return value.is_string() ? text::base64_decode(value.get<std::string>()).value_or("") : "";
}

const Json& member(const Json& object, const char* key) {
  static const Json none;
  const auto found = object.find(key);
  return found == object.end() ? none : *found;
}

// Runs `read` on each object of the list at `key`.
template <class Read>
void for_each(const Json& object, const char* key, Read read) {
  const auto& list = member(object, key);
  if (!list.is_array()) return;
  for (const auto& entry : list) {
    if (entry.is_object()) read(entry);
  }
}

VertexUpdate read_vertex(const Json& object) {
  VertexUpdate vertex;
  vertex.id = string_of(object, "digest");
  vertex.name = string_of(object, "name").substr(0, longest_name);
  const auto& inputs = member(object, "inputs");
  for (std::size_t i = 0; inputs.is_array() && i < std::min(inputs.size(), most_inputs); ++i) {
    if (inputs[i].is_string()) vertex.inputs.push_back(inputs[i].get<std::string>());
  }
  vertex.started = report::parse_timestamp(string_of(object, "started"));
  vertex.completed = report::parse_timestamp(string_of(object, "completed"));
  const auto& cached = member(object, "cached");
  vertex.cached = cached.is_boolean() && cached.get<bool>();
  vertex.error = string_of(object, "error").substr(0, longest_name);
  return vertex;
}

int first_line(const Json& warning) {
  const auto& ranges = member(warning, "range");
  if (!ranges.is_array() || ranges.empty() || !ranges[0].is_object()) return 0;
  const auto& start = member(ranges[0], "start");
  if (!start.is_object()) return 0;
  const auto& line = member(start, "line");
  const bool fits = line.is_number_unsigned() && line.get<std::uint64_t>() <= std::numeric_limits<int>::max();
  return fits ? line.get<int>() : 0;
}

report::Warning read_warning(const Json& object) {
  report::Warning warning;
  warning.message = base64_of(member(object, "short")).substr(0, longest_name);
  warning.line = first_line(object);
  const auto& source = member(object, "sourceInfo");
  if (source.is_object()) warning.file = string_of(source, "filename").substr(0, longest_name);
  const auto& detail = member(object, "detail");
  if (detail.is_array() && !detail.empty()) warning.hint = base64_of(detail[0]).substr(0, longest_name);
  return warning;
}

std::optional<Json> parse_object(std::string_view line) {
  if (!line.starts_with('{')) return std::nullopt;
  try {
    return parse_json(line, "BuildKit's progress");
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace

std::optional<Status> parse_status(std::string_view line) {
  const auto object = parse_object(line);
  if (!object || std::ranges::none_of(members, [&](auto key) { return object->contains(key); })) return std::nullopt;
  Status status;
  for_each(*object, "vertexes", [&](const Json& vertex) { status.vertexes.push_back(read_vertex(vertex)); });
  for_each(*object, "statuses",
           [&](const Json& transfer) { status.transfers.push_back(string_of(transfer, "vertex")); });
  for_each(*object, "logs", [&](const Json& log) {
    status.logs.push_back({string_of(log, "vertex"), base64_of(member(log, "data"))});
  });
  for_each(*object, "warnings", [&](const Json& warning) { status.warnings.push_back(read_warning(warning)); });
  return status;
}

}  // namespace polyarch::buildkit
