#include <cstdint>
#include <string_view>

#include "base/error.hpp"
#include "ci/github_event.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    polyarch::ci::parse_github_event({reinterpret_cast<const char*>(data), size});
  } catch (const polyarch::Error&) {
  }
  return 0;
}
