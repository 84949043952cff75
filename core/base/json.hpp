#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

// Instantiated once, in json.cpp: it is the larger part of what every other file would compile.
extern template class nlohmann::basic_json<>;

namespace polyarch {

using Json = nlohmann::json;

// Parses untrusted JSON. `what` names the source in the message ("manifest of r.example/app:1").
// Throws Error{input} when it is malformed, larger than `max_bytes`, or nested deeper than 64 levels.
Json parse_json(std::string_view text, std::string_view what, std::size_t max_bytes = 16U << 20);

// Members of untrusted objects: nullopt when absent, Error{input} naming `what` and the key when of another type.
std::optional<std::string> string_at(const Json& object, const char* key, std::string_view what);
std::optional<std::uint64_t> unsigned_at(const Json& object, const char* key, std::string_view what);

}  // namespace polyarch
