#include <cstdint>
#include <string_view>

#include "base/error.hpp"
#include "oci/reference.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using polyarch::oci::Reference;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const auto reference = Reference::parse(text);
    if (Reference::parse(reference.str()) != reference) __builtin_trap();
  } catch (const polyarch::Error&) {
  }
  try {
    polyarch::oci::Repository::parse(text);
  } catch (const polyarch::Error&) {
  }
  return 0;
}
