#include "app/registries.hpp"

#include <fmt/core.h>

#include "app/login_list.hpp"
#include "base/error.hpp"
#include "base/redact.hpp"
#include "base/text.hpp"
#include "http/certificates.hpp"

namespace polyarch::app {
namespace {

using Logins = std::map<std::string, registry::Credentials>;

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

// A login of the user's own, perhaps one that may do more, is never replaced.
void add_host_logins(Logins& logins, const Context& context) {
  if (context.host.logins.empty()) return;
  auto sources = registry::credential_sources(context.environment);
  sources.own = logins;
  const auto known = registry::make_credentials(std::move(sources), context.runner);
  for (const auto& login : context.host.logins) {
    redactor().add(login.password);
    if (!known->find(login.registry)) logins[login.registry] = {login.username, login.password, {}};
  }
}

}  // namespace

Registries::Registries(Context& context, const spec::RegistryOptions& given, Patience patience)
    : explicit_(given_logins(given, context.environment)) {
  add_host_logins(explicit_, context);
  http::TransportOptions options;
  options.environment = context.environment;
  options.cancel = &context.cancel;
  options.certificate_roots = http::certificate_roots(context.environment);
  http::RetryPolicy retry;
  if (patience == Patience::hasty) {
    options.connect_timeout = std::chrono::seconds(3);
    options.idle_timeout = std::chrono::seconds(5);
    retry.attempts = 1;
  }
  transport_ = http::with_redirects(
      http::with_retry(http::make_transport(std::move(options)), retry, context.clock, &context.cancel));
  auto sources = registry::credential_sources(context.environment);
  sources.own = explicit_;
  credentials_ = registry::make_credentials(std::move(sources), context.runner);
  registry::ClientOptions settings{.insecure_registries = given.insecure_registries,
                                   .resume = retry,
                                   .clock = &context.clock,
                                   .cancel = &context.cancel,
                                   .mirrored_tags = patience == Patience::hasty};
  for (const auto& mirror : given.registry_mirrors) settings.mirrors.push_back(registry::Mirror::parse(mirror));
  client_ = std::make_unique<registry::Client>(*transport_, *credentials_, settings);
}

}  // namespace polyarch::app
