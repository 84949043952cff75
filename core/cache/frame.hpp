#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace polyarch::cache {

// One zstd frame (RFC 8878) with its content size and a checksum.
std::string compress_frame(std::string_view raw, int level);

// What the frame says that its content measures; nullopt: nothing, or it is no frame.
std::optional<std::uint64_t> frame_content_size(std::string_view bytes);

// The content of the one frame in `bytes`, exactly `raw_size` bytes; throws Error{input} naming `what` when it is
// anything else. Allocates `raw_size`, which the caller must have bounded.
std::string decompress_frame(std::string_view bytes, std::uint64_t raw_size, std::string_view what);

}  // namespace polyarch::cache
