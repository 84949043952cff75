#include "registry/session.hpp"

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/redact.hpp"

namespace polyarch::registry {
namespace {

// Another origin speaks for itself: it may not say where the registry's credentials go.
bool answers(const http::Url& url, const http::Response& response) {
  if (response.redirected_to.empty()) return true;
  const auto from = http::Url::parse(response.redirected_to);
  return from && from->origin() == url.origin();
}

}  // namespace

std::string pull_scope(const oci::Repository& repository) {
  return fmt::format("repository:{}:pull", repository.path);
}

std::string push_scope(const oci::Repository& repository) {
  return fmt::format("repository:{}:pull,push", repository.path);
}

Session::Session(http::Transport& transport, CredentialStore& credentials, ClientOptions options)
    : transport_(transport),
      options_(std::move(options)),
      endpoints_(transport, options_.insecure_registries),
      authorizer_(transport, credentials, *options_.clock) {}

http::Url Session::url(const oci::Repository& repository, std::string_view path) {
  return endpoints_.url(repository.registry, fmt::format("/v2/{}/{}", repository.path, path));
}

std::vector<oci::Repository> Session::mirrors(const oci::Repository& repository) const {
  std::vector<oci::Repository> out;
  for (const auto& mirror : options_.mirrors) {
    if (auto place = mirror.place(repository)) out.push_back(std::move(*place));
  }
  return out;
}

http::Response Session::send(const std::string& registry, const std::string& scope, http::Request& request) {
  auto url = http::Url::parse(request.url);
  if (!url) return transport_.send(request);
  const auto turn_to_tls = [&] {
    url->scheme = "https";
    request.url = url->str();
  };
  const auto home = base(registry);
  // Another thread may have found out after this request was made.
  if (home.secure() && url->authority() == home.authority()) turn_to_tls();
  if (url->origin() != home.origin()) {
    request.headers.remove("Authorization");  // of a request before it that this one was made from
    return transport_.send(request);
  }
  auto response = send_authorized(registry, scope, request, *url);
  if (response.status != 400 || url->secure() || !answers(*url, response)) return response;
  if (!endpoints_.turn_to_tls(registry)) return response;
  turn_to_tls();
  return send_authorized(registry, scope, request, *url);
}

http::Response Session::send_authorized(const std::string& registry, const std::string& scope, http::Request& request,
                                        const http::Url& url) {
  const auto authorization = authorizer_.authorize(registry, scope);
  if (authorization) request.headers.set("Authorization", *authorization);
  auto response = transport_.send(request);
  if (response.status != 401 || !answers(url, response)) return response;
  request.headers.set("Authorization", authorizer_.renew(registry, scope, url, response, authorization));
  return transport_.send(request);
}

http::Url Session::follow(const http::Request& request, std::string_view location) {
  const auto from = http::Url::parse(request.url);
  const auto to = from ? from->resolve(location) : std::nullopt;
  if (!to || (from->secure() && !to->secure())) {
    throw Error(ErrorKind::registry,
                fmt::format("{} leads to what is not a URL of its kind: {}", redact_url(request.url),
                            redact_url(location).substr(0, 200)),
                "a registry behind a proxy must know its outer address and scheme");
  }
  return *to;
}

}  // namespace polyarch::registry
