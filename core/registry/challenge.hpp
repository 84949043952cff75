#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace polyarch::registry {

// One challenge of a WWW-Authenticate field (RFC 9110, 11.6.1); scheme and parameter names are lower case.
struct Challenge {
  std::string scheme;
  std::map<std::string, std::string, std::less<>> parameters;

  std::string parameter(std::string_view name) const;  // "" when absent
};

// Every challenge of one field. Bad input gives fewer of them, never an error; a field over 8 KiB gives none.
std::vector<Challenge> parse_challenges(std::string_view field);

// The one that we answer, out of all fields of a response: Bearer with a realm, else Basic.
std::optional<Challenge> choose_challenge(const std::vector<std::string>& fields);

}  // namespace polyarch::registry
