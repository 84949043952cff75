#include <cstdint>
#include <string>

#include "http/backoff.hpp"
#include "registry/range.hpp"

// The numbers and dates in fields of registries.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string field(reinterpret_cast<const char*>(data), size);
  polyarch::registry::uploaded_size(field);
  polyarch::registry::part_begin(field);
  const auto wait = polyarch::http::retry_after({429, {{"Retry-After", field}}}, {});
  return wait && wait->count() < 0 ? 1 : 0;
}
