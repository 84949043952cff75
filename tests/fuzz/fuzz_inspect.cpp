#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/error.hpp"
#include "buildkit/builder.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  polyarch::buildkit::parse_names(text);
  try {
    polyarch::buildkit::parse_inspect(text);
  } catch (const polyarch::Error&) {
    return 0;
  }
  return 0;
}
