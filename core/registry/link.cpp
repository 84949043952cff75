#include "registry/link.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace polyarch::registry {
namespace {

constexpr std::size_t longest_link = 16 << 10;

bool says_next(std::string_view parameters) {
  const auto parts = text::split(parameters, ';');
  return std::ranges::any_of(parts, [](std::string_view part) {
    const auto pair = text::cut(part, '=');
    if (!pair || text::lower(text::trim(pair->first)) != "rel") return false;
    auto value = text::trim(pair->second);
    if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"')) value = value.substr(1, value.size() - 2);
    const auto relations = text::split(value, ' ');
    return std::ranges::any_of(relations, [](std::string_view relation) { return text::lower(relation) == "next"; });
  });
}

std::optional<std::string> next_in(std::string_view field) {
  while (true) {
    const auto open = field.find('<');
    const auto close = field.find('>', open);
    if (open == std::string_view::npos || close == std::string_view::npos) return std::nullopt;
    const auto target = field.substr(open + 1, close - open - 1);
    field.remove_prefix(close + 1);
    const auto parameters = field.substr(0, field.find(','));
    if (says_next(parameters)) return std::string(target);
  }
}

}  // namespace

std::optional<std::string> next_link(const std::vector<std::string>& fields) {
  for (const auto& field : fields) {
    if (field.size() > longest_link) continue;
    if (auto target = next_in(field)) return target;
  }
  return std::nullopt;
}

}  // namespace polyarch::registry
