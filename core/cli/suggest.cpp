#include "cli/suggest.hpp"

#include <algorithm>
#include <numeric>

namespace polyarch::cli {
namespace {

constexpr std::size_t longest_word = 64;

// Edits from one to the other, where swapped neighbours count as one edit.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(above.begin(), above.end(), 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t k = 1; k <= b.size(); ++k) {
      row[k] = std::min({above[k] + 1, row[k - 1] + 1, above[k - 1] + (a[i - 1] == b[k - 1] ? 0 : 1)});
      const bool swapped = i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1];
      if (swapped) row[k] = std::min(row[k], before[k - 2] + 1);
    }
    before = above;
    above = row;
  }
  return above.back();
}

}  // namespace

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates) {
  if (word.size() > longest_word) return std::nullopt;
  std::optional<std::string> best;
  auto best_distance = word.size() / 3 + 1;
  for (const auto& candidate : candidates) {
    // A plural for a singular, or a word cut short, is near whatever is missing.
    const bool prefix = word.size() > 3 && (candidate.starts_with(word) || word.starts_with(candidate));
    const auto edits = prefix ? 1 : distance(word, candidate);
    if (edits > best_distance || (best && edits == best_distance)) continue;
    best = candidate;
    best_distance = edits;
  }
  return best;
}

}  // namespace polyarch::cli
