#include "report/json_fields.hpp"

#include <array>
#include <fmt/core.h>

#include "base/text.hpp"
#include "report/outside_text.hpp"
#include "report/timestamp.hpp"

namespace polyarch::report {
namespace {

[[noreturn]] void refuse_field(std::string_view what, std::string_view problem) {
  throw Error(ErrorKind::input, fmt::format("{}: {}", what, problem));
}

// nullptr: absent, or null.
const Json* field(const Json& object, const char* key, std::string_view what) {
  if (!object.is_object()) refuse_field(what, "an object is expected");
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

}  // namespace

std::string clean_text(std::string_view text) {
  return text::join(lines_of(text), "\n");
}

std::string text_field(const Json& object, const char* key, std::string_view what) {
  return field(object, key, what) == nullptr ? "" : string_at(object, key, what).value_or("");
}

bool flag_field(const Json& object, const char* key, std::string_view what) {
  const auto* found = field(object, key, what);
  if (found == nullptr) return false;
  if (!found->is_boolean()) refuse_field(what, fmt::format("'{}' is neither true nor false", key));
  return found->get<bool>();
}

Result result_field(const Json& object, std::string_view what) {
  const auto text = text_field(object, "result", what);
  for (const auto each : std::array{Result::passed, Result::failed, Result::canceled, Result::skipped}) {
    if (text == to_string(each)) return each;
  }
  refuse_field(what, fmt::format("'{}' is no result", text::printable(text)));
}

std::chrono::milliseconds duration_field(const Json& object, std::string_view what) {
  constexpr std::uint64_t longest = 100ULL * 24 * 3600 * 1000;
  return std::chrono::milliseconds(std::min(number_field<std::uint64_t>(object, "duration_ms", what), longest));
}

std::optional<Time> time_field(const Json& object, const char* key, std::string_view what) {
  const auto text = text_field(object, key, what);
  if (text.empty()) return std::nullopt;
  if (auto time = parse_timestamp(text)) return time;
  refuse_field(what, fmt::format("'{}' is no time: {}", key, fit(text::printable(text), 40)));
}

std::optional<oci::Platform> platform_field(const Json& object, std::string_view what) {
  const auto text = text_field(object, "platform", what);
  if (text.empty()) return std::nullopt;
  try {
    return oci::Platform::parse(text);
  } catch (const Error& error) {
    refuse_field(what, error.message());
  }
}

const Json& list_field(const Json& object, const char* key, std::size_t most, std::string_view what) {
  static const Json none = Json::array();
  const auto* found = field(object, key, what);
  if (found == nullptr) return none;
  if (!found->is_array() || found->size() > most) {
    refuse_field(what, fmt::format("'{}' is no list, or longer than {}", key, most));
  }
  return *found;
}

Json optional_time(const std::optional<Time>& time) {
  return time ? Json(rfc3339(*time)) : Json();
}

}  // namespace polyarch::report
