#include "app/size_option.hpp"

#include <fmt/core.h>
#include <limits>

#include "base/error.hpp"
#include "base/text.hpp"

namespace polyarch::app {

std::uint64_t parse_size(std::string_view flag, const std::string& text) {
  constexpr std::string_view units = "KMGT";
  const auto unit = text.empty() ? units.npos : units.find(text.back());
  const auto number = text::to_number(std::string_view(text).substr(0, text.size() - (unit == units.npos ? 0 : 1)));
  const auto shift = unit == units.npos ? 0 : 10 * (unit + 1);
  if (!number || *number == 0 || *number > std::numeric_limits<std::uint64_t>::max() >> shift) {
    throw Error(ErrorKind::usage, fmt::format("--{} {} is no size", flag, text),
                "write bytes, or a number such as 4M or 32G");
  }
  return *number << shift;
}

}  // namespace polyarch::app
