#include <cstdint>
#include <string_view>

#include "base/error.hpp"
#include "cache/catalog.hpp"
#include "cache/frame.hpp"
#include "cache/mount_exchange.hpp"
#include "cache/seen_files.hpp"

// A catalog that was read can be written, and is the same when it is read again; a frame gives what its size says.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    const auto once = polyarch::cache::dump(polyarch::cache::parse_catalog(bytes, "input"));
    if (polyarch::cache::dump(polyarch::cache::parse_catalog(once, "output")) != once) __builtin_trap();
  } catch (const polyarch::Error& error) {
    if (error.message().starts_with("output")) __builtin_trap();
  }
  const auto seen = polyarch::cache::parse_seen(bytes, "root");
  if (polyarch::cache::parse_seen(polyarch::cache::dump_seen(polyarch::cache::seen_lines(seen), "root"), "root")
          .size() != seen.size()) {
    __builtin_trap();
  }
  polyarch::cache::parse_seen_tree(bytes, "root");
  try {
    polyarch::cache::MountResult::from_json(polyarch::parse_json(bytes, "input"));
  } catch (const polyarch::Error&) {
  }
  try {
    if (polyarch::cache::decompress_frame(bytes, 11, "input").size() != 11) __builtin_trap();
  } catch (const polyarch::Error&) {
  }
  return 0;
}
