#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "cache/frame.hpp"

namespace {

namespace cache = polyarch::cache;

constexpr std::uint64_t most = 8U << 20;  // what a caller of this test is ready to hold

// nullopt: refused.
std::optional<std::string> content(std::string_view frame, std::uint64_t raw_size) {
  try {
    auto out = cache::decompress_frame(frame, raw_size, "input");
    if (out.size() != raw_size) __builtin_trap();
    return out;
  } catch (const polyarch::Error& error) {
    if (error.kind() != polyarch::ErrorKind::input) __builtin_trap();
    return std::nullopt;
  }
}

}  // namespace

// Three bytes of a size that somebody claims, and a frame.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const std::uint64_t claimed = data[0] | data[1] << 8 | data[2] << 16;
  const std::string_view frame(reinterpret_cast<const char*>(data) + 3, size - 3);
  const auto said = cache::frame_content_size(frame);
  if (content(frame, claimed) && said != claimed) __builtin_trap();
  if (said && *said <= most) {
    const auto whole = content(frame, *said);
    // Nothing but a frame, one: neither less nor more of it gives the same.
    if (whole && content(frame.substr(0, frame.size() - 1), *said)) __builtin_trap();
    if (whole && content(std::string(frame) + '\0', *said)) __builtin_trap();
  }
  const auto own = cache::compress_frame(frame, 1);
  if (content(own, frame.size()) != frame) __builtin_trap();
  return 0;
}
