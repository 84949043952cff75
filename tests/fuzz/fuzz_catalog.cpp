#include <cstdint>
#include <string_view>

#include "base/error.hpp"
#include "cache/catalog.hpp"
#include "cache/frame.hpp"

// A catalog that was read can be written, and is the same when it is read again; a frame gives what its size says.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    const auto once = polyarch::cache::dump(polyarch::cache::parse_catalog(bytes, "input"));
    if (polyarch::cache::dump(polyarch::cache::parse_catalog(once, "output")) != once) __builtin_trap();
  } catch (const polyarch::Error& error) {
    if (error.message().starts_with("output")) __builtin_trap();
  }
  try {
    if (polyarch::cache::decompress_frame(bytes, 11, "input").size() != 11) __builtin_trap();
  } catch (const polyarch::Error&) {
  }
  return 0;
}
