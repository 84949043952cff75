#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/text.hpp"
#include "oci/platform.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using polyarch::oci::Platform;
  const std::string text(reinterpret_cast<const char*>(data), size);
  try {
    for (const auto& platform : polyarch::oci::parse_platforms({text})) {
      if (Platform::parse(platform.str()) != platform) __builtin_trap();
      if (Platform::from_json(platform.to_json(), "input") != platform) __builtin_trap();
    }
  } catch (const polyarch::Error&) {
  }
  // What is shown to people is well-formed: to take it apart again changes nothing.
  const auto shown = polyarch::text::printable(text);
  if (polyarch::text::printable(shown) != shown) __builtin_trap();
  return 0;
}
