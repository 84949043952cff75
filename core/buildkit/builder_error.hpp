#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace polyarch::buildkit {

// The message that buildx ended with: what follows its last "ERROR: ", without "failed to solve: " and the like; all of
// `output` when there is none.
std::string error_message(std::string_view output);

// True when buildx says that the container of a builder died before its program began: runc reports it so
// (`waiting for init preliminary setup: read init-p: connection reset by peer`), and the next start succeeds.
bool died_at_start(std::string_view output);

// When the message came: some texts mean the builder while it is made, and a registry or an option during a solve.
enum class Phase { create, solve };

// The Error for a message of Docker, buildx or BuildKit that says the builder itself cannot be used: Docker does not
// run, its socket is closed to us, the endpoint refuses, buildx is too old. nullopt: it says something else.
std::optional<Error> builder_error(const std::string& builder, const std::string& message, Phase phase);

}  // namespace polyarch::buildkit
