#include "cache/cutter.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace polyarch::cache {
namespace {

constexpr std::uint64_t cut_mask = ((std::uint64_t{1} << 21) - 1) << 43;  // the high bits know most bytes

// Fixed pseudo-random numbers (SplitMix64): they are part of the format's habits, not of the format.
constexpr std::array<std::uint64_t, 256> make_gears() {
  std::array<std::uint64_t, 256> gears{};
  std::uint64_t state = 0;
  for (auto& gear : gears) {
    state += 0x9e3779b97f4a7c15;
    std::uint64_t mixed = state;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    gear = mixed ^ (mixed >> 31);
  }
  return gears;
}
constexpr auto gears = make_gears();

}  // namespace

std::size_t next_cut(std::string_view content) {
  const auto end = std::min(content.size(), largest_cut);
  std::uint64_t hash = 0;
  for (std::size_t i = std::min(smallest_cut, end); i < end; ++i) {
    hash = (hash << 1) + gears[static_cast<unsigned char>(content[i])];
    if ((hash & cut_mask) == 0) return i + 1;
  }
  return end;
}

}  // namespace polyarch::cache
