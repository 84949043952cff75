#include <algorithm>

#include "base/text.hpp"
#include "http/transport.hpp"

namespace polyarch::http {
namespace {

auto named(std::string_view name) {
  return [wanted = text::lower(name)](const auto& field) { return text::lower(field.first) == wanted; };
}

}  // namespace

void Headers::set(std::string_view name, std::string value) {
  remove(name);
  fields_.emplace_back(std::string(name), std::move(value));
}

void Headers::remove(std::string_view name) {
  std::erase_if(fields_, named(name));
}

std::optional<std::string> Headers::get(std::string_view name) const {
  const auto found = std::ranges::find_if(fields_, named(name));
  if (found == fields_.end()) return std::nullopt;
  return found->second;
}

std::vector<std::string> Headers::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& field : fields_) {
    if (named(name)(field)) values.push_back(field.second);
  }
  return values;
}

}  // namespace polyarch::http
