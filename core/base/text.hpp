#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Small pure functions over text.
namespace polyarch::text {

std::string_view trim(std::string_view text);
std::string lower(std::string_view text);
// Splits at every separator; "" gives one empty part. Parts point into `text`.
std::vector<std::string_view> split(std::string_view text, char separator);
// Splits once: {before, after}, or nullopt when the separator is absent.
std::optional<std::pair<std::string_view, std::string_view>> cut(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string replace_all(std::string_view text, std::string_view from, std::string_view to);
// Decimal digits only, no sign, no overflow; else nullopt.
std::optional<std::uint64_t> to_number(std::string_view text);
std::string base64_encode(std::string_view bytes);
// Standard alphabet, with or without padding; nullopt on anything else.
std::optional<std::string> base64_decode(std::string_view text);

// "0.3s", "12s", "4m 05s", "1h 02m".
std::string human_duration(std::chrono::milliseconds duration);
// "512 B", "3.4 kB", "120 MB": decimal units, as Docker prints.
std::string human_size(std::uint64_t bytes);
// What a terminal would show: control characters, escape sequences and invalid UTF-8 are taken out, tabs become spaces.
std::string printable(std::string_view text);
// Columns that `text` takes on a terminal, counting UTF-8 code points; escape sequences are not expected.
std::size_t columns(std::string_view text);

}  // namespace polyarch::text
