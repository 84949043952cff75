#include <cstdint>
#include <string_view>

#include "base/error.hpp"
#include "spec/lines.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    polyarch::spec::parse_lines({reinterpret_cast<const char*>(data), size}, "LIST");
  } catch (const polyarch::Error&) {
  }
  return 0;
}
