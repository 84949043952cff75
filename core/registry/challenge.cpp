#include "registry/challenge.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace polyarch::registry {
namespace {

constexpr std::size_t longest_challenge = 8 << 10;

bool is_token_char(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

// Reads a field from its front.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }
  void skip(std::string_view chars) { rest_.remove_prefix(std::min(rest_.find_first_not_of(chars), rest_.size())); }
  void drop() { rest_.remove_prefix(1); }

  bool accept(char c) {
    if (!rest_.starts_with(c)) return false;
    drop();
    return true;
  }

  std::string token() {
    const auto end = std::ranges::find_if_not(rest_, is_token_char);
    std::string out(rest_.begin(), end);
    rest_.remove_prefix(out.size());
    return out;
  }

  // After the opening quote.
  std::string quoted() {
    std::string out;
    while (!done() && !accept('"')) {
      if (accept('\\') && done()) break;
      out += rest_[0];
      drop();
    }
    return out;
  }

 private:
  std::string_view rest_;
};

}  // namespace

std::string Challenge::parameter(std::string_view name) const {
  const auto found = parameters.find(name);
  return found == parameters.end() ? "" : found->second;
}

std::vector<Challenge> parse_challenges(std::string_view field) {
  std::vector<Challenge> challenges;
  Scanner scanner(field.size() > longest_challenge ? "" : field);
  while (scanner.skip(" \t,"), !scanner.done()) {
    const auto name = text::lower(scanner.token());
    if (name.empty()) {
      scanner.drop();
      continue;
    }
    scanner.skip(" \t");
    if (!scanner.accept('=')) {
      challenges.push_back({name, {}});  // no value follows: the name of a scheme
    } else if (!challenges.empty()) {
      scanner.skip(" \t");
      challenges.back().parameters[name] = scanner.accept('"') ? scanner.quoted() : scanner.token();
    }
  }
  return challenges;
}

std::optional<Challenge> choose_challenge(const std::vector<std::string>& fields) {
  std::optional<Challenge> basic;
  for (const auto& field : fields) {
    for (auto& challenge : parse_challenges(field)) {
      if (challenge.scheme == "bearer" && !challenge.parameter("realm").empty()) return challenge;
      if (challenge.scheme == "basic") basic = std::move(challenge);
    }
  }
  return basic;
}

}  // namespace polyarch::registry
