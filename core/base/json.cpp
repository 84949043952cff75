#include "base/json.hpp"

#include <fmt/core.h>

#include "base/error.hpp"

template class nlohmann::basic_json<>;

namespace polyarch {
namespace {

constexpr int max_depth = 64;

[[noreturn]] void fail(std::string_view what, std::string_view problem) {
  throw Error(ErrorKind::input, fmt::format("{}: {}", what, problem));
}

// Of anything that is valid JSON, and no more than that of anything else.
bool deeper_than(std::string_view text, int most) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') in_string = !in_string;
    if (in_string && c == '\\') ++i;
    if (in_string) continue;
    if ((c == '[' || c == '{') && ++depth > most) return true;
    if (c == ']' || c == '}') --depth;
  }
  return false;
}

}  // namespace

Json parse_json(std::string_view text, std::string_view what, std::size_t max_bytes) {
  if (text.size() > max_bytes) {
    fail(what, fmt::format("{} bytes of JSON, more than the {} that are accepted", text.size(), max_bytes));
  }
  // Writing and destroying a value recurse: a depth bound keeps hostile nesting off the stack. Looked for beforehand:
  // the parser's own hooks walk a list again for each of its elements.
  if (deeper_than(text, max_depth)) fail(what, fmt::format("JSON is nested deeper than {} levels", max_depth));
  Json value = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (value.is_discarded()) fail(what, "not valid JSON");
  return value;
}

std::optional<std::string> string_at(const Json& object, const char* key, std::string_view what) {
  if (!object.is_object()) fail(what, "not a JSON object");
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return std::nullopt;
  if (!found->is_string()) fail(what, fmt::format("'{}' is not a string", key));
  return found->get<std::string>();
}

std::optional<std::uint64_t> unsigned_at(const Json& object, const char* key, std::string_view what) {
  if (!object.is_object()) fail(what, "not a JSON object");
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return std::nullopt;
  if (!found->is_number_unsigned()) fail(what, fmt::format("'{}' is not a whole number", key));
  return found->get<std::uint64_t>();
}

}  // namespace polyarch
