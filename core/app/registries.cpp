#include "app/registries.hpp"

#include "app/login_list.hpp"
#include "base/error.hpp"
#include "base/redact.hpp"
#include "base/text.hpp"
#include "http/certificates.hpp"

namespace polyarch::app {
namespace {

std::map<std::string, registry::Credentials> parse_auths(const std::vector<std::string>& auths) {
  std::map<std::string, registry::Credentials> out;
  for (const auto& auth : login_list(auths)) {
    const auto host = text::cut(auth, '=');
    const auto user = host ? text::cut(host->second, ':') : std::nullopt;
    if (!user || host->first.empty() || user->first.empty()) {
      throw Error(ErrorKind::usage, "a value of POLYARCH_REGISTRY_AUTH is not HOST=USER:PASSWORD",
                  "write one a line, such as ghcr.io=me:token");
    }
    redactor().add(user->second);
    redactor().add(host->second);  // as Docker's files have it, in base64
    out[std::string(host->first)] = {std::string(user->first), std::string(user->second), {}};
  }
  return out;
}

}  // namespace

Registries::Registries(Context& context, const spec::RegistryOptions& given, Patience patience)
    : explicit_(parse_auths(given.registry_auths)) {
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
