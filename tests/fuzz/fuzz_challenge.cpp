#include <cstdint>
#include <string_view>

#include "registry/challenge.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string field(reinterpret_cast<const char*>(data), size);
  polyarch::registry::choose_challenge({field});
  return 0;
}
