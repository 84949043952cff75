#include "registry/authorizer.hpp"

#include <algorithm>
#include <fmt/core.h>

#include "base/error.hpp"
#include "base/redact.hpp"
#include "base/text.hpp"
#include "registry/problem.hpp"
#include "registry/token.hpp"

namespace polyarch::registry {
namespace {

constexpr std::chrono::minutes basic_lifetime{4};
constexpr std::size_t longest_answer = 1 << 20;

std::string basic(const Credentials& credentials) {
  const auto& secret = credentials.password.empty() ? credentials.identity_token : credentials.password;
  return "Basic " + text::base64_encode(credentials.username + ":" + secret);
}

// Who may push may pull: the scope whose token serves a scope of pulls too.
std::string widest(const std::string& pull_scope) {
  return pull_scope + ",push";
}

// What credentials are looked up for: the repository that a scope names first, or else the registry.
std::string subject_of(const std::string& registry, const std::string& scope) {
  const auto parts = text::split(std::string_view(scope).substr(0, scope.find(' ')), ':');
  return parts.size() == 3 && parts[0] == "repository" ? fmt::format("{}/{}", registry, parts[1]) : registry;
}

std::string login_hint(const std::string& registry) {
  return fmt::format("give credentials for {0}, or log in with: docker login {0}", registry);
}

// The realm must be as safe as the registry is.
http::Url parse_realm(const Challenge& challenge, const http::Url& url) {
  const auto text = challenge.parameter("realm");
  const auto realm = http::Url::parse(text);
  if (!realm || (url.secure() && !realm->secure())) {
    throw Error(ErrorKind::auth,
                fmt::format("{} sends for a token to what is not an https URL: {}", url.origin(),
                            text::printable(redact_url(text)).substr(0, 200)),
                "no credentials were sent; ask the registry's operator");
  }
  return *realm;
}

// What we need, and what the registry says that it lacks.
std::string widen(const std::string& scope, const std::string& asked) {
  const auto parts = text::split(scope, ' ');
  if (asked.empty() || std::ranges::find(parts, asked) != parts.end()) return scope;
  return scope.empty() ? asked : scope + " " + asked;
}

// How services answer that know GET only: some do not even find the address, or do not look into the body.
bool knows_no_trade(int status) {
  return status == 401 || status == 404 || status == 405;
}

http::Request refresh_request(const http::Url& realm, const std::string& service, const std::string& scope,
                              const std::string& refresh_token) {
  http::Request request;
  request.method = "POST";
  request.url = realm.str();
  request.headers.set("Content-Type", "application/x-www-form-urlencoded");
  request.body =
      fmt::format("grant_type=refresh_token&client_id=polyarch&service={}&scope={}&refresh_token={}",
                  http::percent_encode(service), http::percent_encode(scope), http::percent_encode(refresh_token));
  return request;
}

}  // namespace

std::shared_ptr<Authorizer::Grant> Authorizer::grant(const std::string& registry, const std::string& scope) {
  const std::lock_guard lock(mutex_);
  auto& found = grants_[registry + " " + scope];
  if (!found) found = std::make_shared<Grant>();
  return found;
}

std::optional<Authorizer::Service> Authorizer::service(const std::string& registry) {
  const std::lock_guard lock(mutex_);
  const auto found = services_.find(registry);
  if (found == services_.end()) return std::nullopt;
  return found->second;
}

std::optional<std::string> Authorizer::authorize(const std::string& registry, const std::string& scope) {
  const auto known = service(registry);
  if (!known) return std::nullopt;
  if (scope.ends_with(":pull")) {
    const auto wider = grant(registry, widest(scope));
    const std::lock_guard lock(wider->mutex);
    if (clock_.steady() < wider->good_until) return wider->value;
  }
  const auto own = grant(registry, scope);
  const std::lock_guard lock(own->mutex);
  if (clock_.steady() >= own->good_until) fill(*own, registry, *known, scope);
  return own->value;
}

std::string Authorizer::renew(const std::string& registry, const std::string& scope, const http::Url& url,
                              const http::Response& response, const std::optional<std::string>& refused) {
  auto challenge = choose_challenge(response.headers.all("WWW-Authenticate"));
  if (!challenge) {
    throw Error(ErrorKind::auth, fmt::format("{} wants credentials in no way that is known", url.origin()),
                "a registry asks for Basic or Bearer; is this the address of a registry?");
  }
  Service asking{*challenge, std::nullopt};
  if (challenge->scheme == "bearer") asking.realm = parse_realm(*challenge, url);
  {
    const std::lock_guard lock(mutex_);
    services_.insert_or_assign(registry, asking);
  }
  const bool revoked = refused && scope.ends_with(":pull") && revoke(registry, widest(scope), *refused);
  const auto own = grant(registry, scope);
  const std::lock_guard lock(own->mutex);
  const bool renewed_meanwhile = !revoked && clock_.steady() < own->good_until && own->value != refused;
  if (!renewed_meanwhile) fill(*own, registry, asking, widen(scope, challenge->parameter("scope")));
  return own->value;
}

bool Authorizer::revoke(const std::string& registry, const std::string& scope, const std::string& refused) {
  const auto found = grant(registry, scope);
  const std::lock_guard lock(found->mutex);
  if (found->value != refused) return false;
  found->good_until = {};
  return true;
}

void Authorizer::fill(Grant& grant, const std::string& registry, const Service& service, const std::string& scope) {
  const auto credentials = credentials_.find(subject_of(registry, scope));
  if (!service.realm) return fill_basic(grant, registry, credentials);
  if (credentials && !credentials->registry_token.empty()) return fill_given(grant, credentials->registry_token);
  auto request = token_request(service, scope, credentials, /*trade=*/true);
  auto response = transport_.send(request);
  if (request.method == "POST" && knows_no_trade(response.status)) {
    request = token_request(service, scope, credentials, /*trade=*/false);
    response = transport_.send(request);
  }
  const auto what = fmt::format("the token service {}", service.realm->origin());
  if (!response.ok()) fail(request, response, registry);
  const auto token = read_answer([&] { return parse_token(response.body, what); });
  redactor().add(token.value);
  grant.value = "Bearer " + token.value;
  grant.good_until =
      clock_.steady() + token.lifetime - std::min<std::chrono::seconds>(token.lifetime / 6, basic_lifetime);
}

void Authorizer::fill_basic(Grant& grant, const std::string& registry, const std::optional<Credentials>& credentials) {
  if (!credentials) {
    throw Error(ErrorKind::auth, fmt::format("{} wants a user name and a password, and none are known", registry),
                login_hint(registry));
  }
  grant.value = basic(*credentials);
  grant.good_until = clock_.steady() + basic_lifetime;
}

void Authorizer::fill_given(Grant& grant, const std::string& token) {
  grant.value = "Bearer " + token;
  grant.good_until = clock_.steady() + basic_lifetime;
}

// `trade`: by POST, when there is an identity token to give for it.
http::Request Authorizer::token_request(const Service& service, const std::string& scope,
                                        const std::optional<Credentials>& credentials, bool trade) {
  const auto name = service.challenge.parameter("service");
  auto url = *service.realm;
  http::Request request;
  if (trade && credentials && !credentials->identity_token.empty()) {
    request = refresh_request(url, name, scope, credentials->identity_token);
  } else {
    if (!name.empty()) url.add_query("service", name);
    for (const auto part : text::split(scope, ' ')) {
      if (!part.empty()) url.add_query("scope", part);
    }
    request.url = url.str();
    if (credentials) request.headers.set("Authorization", basic(*credentials));
  }
  request.max_body = longest_answer;
  return request;
}

}  // namespace polyarch::registry
