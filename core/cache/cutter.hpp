#pragma once
#include <cstddef>
#include <string_view>

namespace polyarch::cache {

inline constexpr std::size_t smallest_cut = 1U << 20;
inline constexpr std::size_t largest_cut = 8U << 20;

// How long the next part of a large content is: content decides where it is cut (a gear hash over the last 64 bytes, 3
// MiB apart on average), so that an insertion moves no later cut. `content`: from the last cut on, at least largest_cut
// bytes unless its end comes sooner. Never over largest_cut; all of `content` when that is at most smallest_cut.
std::size_t next_cut(std::string_view content);

}  // namespace polyarch::cache
