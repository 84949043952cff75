#pragma once
#include <chrono>
#include <string>
#include <string_view>

namespace polyarch::registry {

// What a token service answers (distribution's token specification).
struct Token {
  std::string value;
  std::chrono::seconds lifetime{60};  // 60 s when the answer names none
};

// `what` names the service in messages. Throws Error{registry} when there is no token that could stand in a header
// field.
Token parse_token(std::string_view body, std::string_view what);

}  // namespace polyarch::registry
