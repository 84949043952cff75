#include "registry/token.hpp"

#include <algorithm>
#include <fmt/core.h>

#include "base/error.hpp"
#include "base/json.hpp"

namespace polyarch::registry {
namespace {

constexpr std::size_t longest_token_answer = 1 << 20;
constexpr std::size_t longest_token = 64 << 10;
constexpr std::uint64_t longest_lifetime = 24 * 3600;

bool is_field_value(std::string_view text) {
  return !text.empty() && text.size() <= longest_token &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

}  // namespace

Token parse_token(std::string_view body, std::string_view what) {
  const auto answer = parse_json(body, what, longest_token_answer);
  auto value = string_at(answer, "token", what);
  if (!value || value->empty()) value = string_at(answer, "access_token", what);
  if (!value || !is_field_value(*value)) {
    throw Error(ErrorKind::registry, fmt::format("{}: the answer holds no usable token", what));
  }
  Token token{*value};
  if (const auto seconds = unsigned_at(answer, "expires_in", what); seconds && *seconds > 0) {
    token.lifetime = std::chrono::seconds(std::min(*seconds, longest_lifetime));
  }
  return token;
}

}  // namespace polyarch::registry
