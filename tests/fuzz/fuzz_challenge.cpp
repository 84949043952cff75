#include <cstdint>
#include <string_view>

#include "registry/challenge.hpp"
#include "registry/link.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string field(reinterpret_cast<const char*>(data), size);
  polyarch::registry::choose_challenge({field});
  polyarch::registry::next_link({field});
  return 0;
}
