#pragma once
#include <iosfwd>
#include <map>
#include <string>
#include <string_view>

#include "registry/credentials.hpp"
#include "sys/environment.hpp"

namespace polyarch::app {

// The engine as a credential helper for the programs that it starts: Docker's clients run `docker-credential-NAME get`,
// which is this binary under that name, and it answers from its environment. No secret touches a disk.
inline constexpr std::string_view helper_name = "polyarch";
inline constexpr std::string_view helper_program = "docker-credential-polyarch";
inline constexpr std::string_view helper_variable = "POLYARCH_HELPER_ANSWERS";

// The value of `helper_variable`; the keys are servers as Docker's config names them.
std::string helper_answers(const std::map<std::string, registry::Credentials>& logins);

// The docker-credential-helper protocol: `action` on the command line, the server on `in`; only "get" and "list" are
// known. Returns the exit status.
int answer_credentials(std::string_view action, const sys::Environment& environment, std::istream& in,
                       std::ostream& out);

}  // namespace polyarch::app
