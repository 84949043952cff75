#pragma once
#include <optional>
#include <string>

#include "registry/credentials.hpp"

namespace polyarch::registry {

// Asks docker-credential-`name` for `registry`; nullopt when it has none. Throws Error{auth} when the helper
// fails, Error{failed} when it cannot be started.
std::optional<Credentials> ask_helper(sys::Runner& runner, const std::string& name, const std::string& registry);

// What a helper's `get` prints. `what` names it in messages. Throws Error{input}.
Credentials parse_helper_answer(std::string_view json, std::string_view what);

}  // namespace polyarch::registry
