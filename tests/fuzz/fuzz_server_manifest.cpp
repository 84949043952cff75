#include <cstdint>
#include <string_view>

#include "base/error.hpp"
#include "server/manifest.hpp"

// The first line is the Content-Type, the rest is the manifest.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto line = text.substr(0, text.find('\n'));
  try {
    const auto facts = polyarch::server::read_manifest(text.substr(line.size()), line);
    (void)facts.referrer(polyarch::Digest::sha256(text), size).dump();
  } catch (const polyarch::Error&) {
    return 0;
  }
  return 0;
}
