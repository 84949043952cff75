#include "app/given_logins.hpp"

#include <fmt/core.h>

#include "app/login_list.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/redact.hpp"
#include "base/text.hpp"
#include "spec/lines.hpp"
#include "sys/files.hpp"

namespace polyarch::app {
namespace {

constexpr std::size_t largest_file = 1U << 20;

void add_login(Logins& logins, std::string_view host, std::string_view login, std::string_view origin) {
  redactor().add(login);
  const auto user = text::cut(login, ':');
  if (!user || host.empty() || user->first.empty()) {
    throw Error(ErrorKind::usage, fmt::format("a value of {} is not HOST=USER:PASSWORD", origin),
                "write one a line, such as ghcr.io=me:token");
  }
  redactor().add(user->second);
  logins[std::string(host)] = {std::string(user->first), std::string(user->second), {}};
}

std::pair<std::string_view, std::string_view> halves(std::string_view text) {
  return text::cut(text, '=').value_or(std::pair<std::string_view, std::string_view>{});
}

}  // namespace

Logins given_logins(const spec::RegistryOptions& given, const sys::Environment& environment) {
  Logins out;
  for (const auto& auth : login_list(given.registry_auths)) {
    const auto [host, login] = halves(auth);
    add_login(out, host, login, "POLYARCH_REGISTRY_AUTH");
  }
  for (const auto& auth : given.registry_auth_envs) {
    const auto [host, name] = halves(auth);
    const auto login = environment(name);
    if (host.empty() || !login) {
      throw Error(ErrorKind::usage,
                  fmt::format("--registry-auth-env: the value for '{}' names no variable that is set", host),
                  "write HOST=NAME, such as ghcr.io=MY_LOGIN, and set that variable to USER:PASSWORD");
    }
    add_login(out, host, *login, "--registry-auth-env");
  }
  return out;
}

Logins current_logins(const spec::RegistryOptions& given, const sys::Environment& environment) {
  const auto file = environment("POLYARCH_REGISTRY_AUTH") ? std::nullopt : environment("POLYARCH_REGISTRY_AUTH_FILE");
  auto now = given;
  try {
    const auto text = file ? sys::read_file(*file, largest_file) : "";
    for (auto& line : spec::parse_lines(text, "POLYARCH_REGISTRY_AUTH_FILE")) now.registry_auths.push_back(line);
  } catch (const Error& error) {
    log::debug("the logins are as they were at the start: {}", error.message());
  }
  return given_logins(now, environment);
}

}  // namespace polyarch::app
