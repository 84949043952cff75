#include "spec/option.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace polyarch::spec {
namespace {

std::string upper(std::string_view name) {
  std::string out(name);
  std::ranges::transform(out, out.begin(), [](char c) {
    if (c == '-') return '_';
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  });
  return out;
}

}  // namespace

std::string Option::flag() const {
  return fmt::format("--{}", name);
}

std::string Option::label() const {
  return more.positional ? placeholder() : flag();
}

std::string Option::placeholder() const {
  if (kind == Kind::flag) return {};
  if (!more.value.empty()) return std::string(more.value);
  if (!more.choices.empty()) return fmt::format("{}", fmt::join(more.choices, "|"));
  return upper(name);
}

std::string_view Option::input() const {
  return more.input.empty() ? name : more.input;
}

std::vector<std::string> Option::variables() const {
  std::vector<std::string> names{"POLYARCH_" + upper(name)};
  if (input() != name) names.push_back("POLYARCH_" + upper(input()));
  return names;
}

std::string_view title(Group group) {
  switch (group) {
    case Group::main:
      return "Main options";
    case Group::image:
      return "Image";
    case Group::inputs:
      return "Inputs of the build";
    case Group::caching:
      return "Cache";
    case Group::testing:
      return "Tests";
    case Group::builder:
      return "Builder and emulation";
    case Group::registry:
      return "Registry";
    case Group::output:
      return "Output";
    case Group::other:
      break;
  }
  return "Other options";
}

}  // namespace polyarch::spec
