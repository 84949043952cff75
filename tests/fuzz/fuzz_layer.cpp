#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "registry/layers.hpp"

namespace {

constexpr std::size_t most = 1 << 16;

// The file, when the layer is fed in parts of that size. nullopt: refused, or not there.
std::optional<std::string> extract(std::string_view layer, std::size_t part) {
  polyarch::registry::FileExtractor extractor("etc/os-release", most);
  try {
    for (; !layer.empty(); layer.remove_prefix(std::min(part, layer.size()))) extractor.feed(layer.substr(0, part));
    if (!extractor.found()) return std::nullopt;
    auto out = extractor.take();
    if (out.size() > most) __builtin_trap();
    return out;
  } catch (const polyarch::Error&) {
    return std::nullopt;  // refused, as it should be
  }
}

// Makes the sum of each header right, which no chance would: else every change of a header ends there.
std::string with_right_sums(std::string_view tar) {
  constexpr std::size_t block = 512, sum_at = 148, magic_at = 257;
  std::string out(tar);
  for (std::size_t at = 0; at + block <= out.size(); at += block) {
    if (out.compare(at + magic_at, 5, "ustar") != 0) continue;
    std::fill_n(out.begin() + static_cast<std::ptrdiff_t>(at + sum_at), 8, ' ');
    unsigned sum = 0;
    for (std::size_t i = 0; i < block; ++i) sum += static_cast<unsigned char>(out[at + i]);
    char text[8];
    std::snprintf(text, sizeof text, "%06o", sum);
    out.replace(at + sum_at, 7, text, 7);
  }
  return out;
}

}  // namespace

// A layer gives the same file however it comes in.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  extract(bytes, size / 3 + 1);
  const auto tar = with_right_sums(bytes);
  const auto whole = extract(tar, tar.size() + 1);
  for (const std::size_t part : {1, 511, 1000}) {
    // In parts, what comes after the file is not looked at.
    if (whole && extract(tar, part) != whole) __builtin_trap();
  }
  return 0;
}
