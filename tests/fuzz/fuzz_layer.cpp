#include <cstdint>
#include <string_view>

#include "base/error.hpp"
#include "registry/layers.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  polyarch::registry::FileExtractor extractor("etc/os-release", 1 << 16);
  try {
    extractor.feed(bytes.substr(0, size / 3));
    extractor.feed(bytes.substr(size / 3));
    if (extractor.found()) extractor.take();
  } catch (const polyarch::Error&) {
    // refused, as it should be
  }
  return 0;
}
