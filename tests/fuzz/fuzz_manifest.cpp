#include <cstdint>
#include <string_view>

#include "base/error.hpp"
#include "oci/manifest.hpp"

namespace {

namespace oci = polyarch::oci;

// What was read must be written, and be the same when it is read and written again.
template <class T>
void round_trip(std::string_view bytes) {
  try {
    const auto once = T::parse(bytes, "input").dump();
    if (T::parse(once, "output").dump() != once) __builtin_trap();
  } catch (const polyarch::Error& error) {
    if (error.message().starts_with("output")) __builtin_trap();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  round_trip<oci::Manifest>(bytes);
  round_trip<oci::Index>(bytes);
  try {
    oci::manifest_media_type(bytes, "", "input");
    oci::ImageConfig::parse(bytes, "input");
  } catch (const polyarch::Error&) {
  }
  return 0;
}
