#pragma once
#include <string>
#include <string_view>

#include "cache/catalog.hpp"

namespace polyarch::cache {

// One zstd frame (RFC 8878) with its content size and a checksum.
std::string compress_frame(std::string_view raw, int level);

// The content of the one frame in `bytes`, exactly `raw_size` bytes; throws Error{input} naming `what` when it is
// anything else. Never allocates more than `raw_size`.
std::string decompress_frame(std::string_view bytes, std::uint64_t raw_size, std::string_view what);

}  // namespace polyarch::cache
