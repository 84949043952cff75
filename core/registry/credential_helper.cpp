#include "registry/credential_helper.hpp"

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

namespace polyarch::registry {
namespace {

constexpr std::chrono::seconds patience{60};
constexpr std::size_t longest_helper_answer = 1 << 20;

// The name under which Docker keeps the credentials of a registry.
std::string server_url(const std::string& registry) {
  return registry == "docker.io" ? "https://index.docker.io/v1/" : registry;
}

bool says_not_found(const sys::ProcessResult& result) {
  const auto said = text::lower(result.out + result.err);
  return said.find("credentials not found") != std::string::npos;
}

}  // namespace

Credentials parse_helper_answer(std::string_view json, std::string_view what) {
  const auto answer = parse_json(json, what, longest_helper_answer);
  Credentials out;
  out.username = string_at(answer, "Username", what).value_or("");
  const auto secret = string_at(answer, "Secret", what).value_or("");
  (out.username == "<token>" ? out.identity_token : out.password) = secret;
  return out;
}

std::optional<Credentials> ask_helper(sys::Runner& runner, const std::string& name, const std::string& registry) {
  const auto program = "docker-credential-" + name;
  sys::Command command;
  command.argv = {program, "get"};
  command.input = server_url(registry) + "\n";
  command.deadline = patience;
  const auto result = runner.run(command);
  if (result.ok()) {
    auto credentials = parse_helper_answer(result.out, program);
    if (credentials.password.empty() && credentials.identity_token.empty()) return std::nullopt;
    return credentials;
  }
  if (says_not_found(result)) return std::nullopt;
  const auto said = text::printable(text::trim(result.err.empty() ? result.out : result.err)).substr(0, 400);
  throw Error(ErrorKind::auth,
              fmt::format("{} failed for {}: {}", program, registry,
                          result.timed_out ? "it does not answer" : fmt::format("status {}: {}", result.status, said)),
              fmt::format("run it by hand: echo {} | {} get", server_url(registry), program));
}

}  // namespace polyarch::registry
