#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace polyarch::registry {

// How many bytes of an upload a registry has, by the Range field of its answer: "0-99" and "bytes=0-99" are 100.
// nullopt when it does not start at 0 or is malformed.
std::optional<std::uint64_t> uploaded_size(std::string_view range);

// Where the part of a 206 begins, by its Content-Range (RFC 9110, 14.4): "bytes 5-9/10" is 5. nullopt: malformed.
std::optional<std::uint64_t> part_begin(std::string_view content_range);

}  // namespace polyarch::registry
