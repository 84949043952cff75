#include <cstdint>
#include <string_view>

#include "binfmt/binfmt.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  polyarch::binfmt::statically_linked(bytes);
  polyarch::binfmt::parse_qemu_version(bytes);
  try {
    const auto entry = polyarch::binfmt::parse_entry("fuzz", bytes);
    entry.takes(bytes);
    polyarch::binfmt::register_line(entry);
  } catch (const polyarch::Error&) {
  }
  return 0;
}
