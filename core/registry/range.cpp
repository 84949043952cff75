#include "registry/range.hpp"

#include "base/text.hpp"

namespace polyarch::registry {

std::optional<std::uint64_t> uploaded_size(std::string_view range) {
  if (range.starts_with("bytes=")) range.remove_prefix(6);
  const auto ends = text::cut(range, '-');
  const auto last = ends && ends->first == "0" ? text::to_number(ends->second) : std::nullopt;
  return last && *last < UINT64_MAX ? std::optional(*last + 1) : std::nullopt;
}

std::optional<std::uint64_t> part_begin(std::string_view content_range) {
  const auto unit = text::cut(content_range, ' ');
  if (!unit || text::lower(unit->first) != "bytes") return std::nullopt;
  const auto ends = text::cut(text::trim(unit->second), '-');
  if (!ends || !text::to_number(ends->second.substr(0, ends->second.find('/')))) return std::nullopt;
  return text::to_number(ends->first);
}

}  // namespace polyarch::registry
