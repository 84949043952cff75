#include <cstdint>
#include <string_view>

#include "base/error.hpp"
#include "registry/problem.hpp"
#include "registry/token.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  polyarch::registry::complaint(body);
  try {
    polyarch::registry::parse_token(body, "the token service");
  } catch (const polyarch::Error&) {
    // refused, as it should be
  }
  return 0;
}
