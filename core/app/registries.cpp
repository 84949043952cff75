#include "app/registries.hpp"

#include "app/given_logins.hpp"
#include "base/redact.hpp"
#include "http/certificates.hpp"

namespace polyarch::app {
namespace {

// A login of the user's own, perhaps one that may do more, is never replaced.
void add_host_logins(Logins& logins, const Context& context) {
  if (context.host.logins.empty()) return;
  auto sources = registry::credential_sources(context.environment);
  sources.own = [&logins] { return logins; };
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
  if (patience == Patience::brisk) retry.attempts = 5;
  if (patience == Patience::hasty) {
    options.connect_timeout = std::chrono::seconds(3);
    options.idle_timeout = std::chrono::seconds(5);
    retry.attempts = 1;
  }
  transport_ = http::with_redirects(
      http::with_retry(http::make_transport(std::move(options)), retry, context.clock, &context.cancel));
  auto sources = registry::credential_sources(context.environment);
  sources.own = [known = explicit_, given, environment = context.environment] {
    auto logins = current_logins(given, environment);
    logins.insert(known.begin(), known.end());
    return logins;
  };
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
