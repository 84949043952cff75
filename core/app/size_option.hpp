#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace polyarch::app {

// "4096", "4M", "32G": K, M, G and T are powers of 1024. Throws Error{usage} naming the flag on anything else, and on
// 0.
std::uint64_t parse_size(std::string_view flag, const std::string& text);

}  // namespace polyarch::app
