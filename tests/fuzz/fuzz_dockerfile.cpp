#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/error.hpp"
#include "dockerfile/dockerfile.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace polyarch;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto amd64 = oci::Platform::parse("linux/amd64");
  const auto arm64 = oci::Platform::parse("linux/arm64");
  try {
    dockerfile::find_syntax(text);
    const auto file = dockerfile::parse(text, "Dockerfile");
    dockerfile::base_images(file, "", arm64, amd64, {{"VERSION", "1"}}, {"context"});
    for (const auto& mount : dockerfile::cache_mounts(file, "", arm64, amd64, {{"VERSION", "1"}}, {"context"})) {
      if (mount.line <= 0) __builtin_trap();
    }
    dockerfile::lint(file, "", {amd64, arm64}, amd64);
  } catch (const Error&) {
    // What is malformed is refused.
  }
  return 0;
}
