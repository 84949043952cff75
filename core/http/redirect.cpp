#include <algorithm>
#include <fmt/core.h>

#include "base/error.hpp"
#include "base/redact.hpp"
#include "http/transport.hpp"
#include "http/url.hpp"

namespace polyarch::http {
namespace {

constexpr int most_redirects = 5;

bool stays(const Request& request, std::string_view location) {
  const auto from = Url::parse(request.url);
  const auto to = from ? from->resolve(location) : std::nullopt;
  return to && to->origin() == from->origin();
}

// What is written may hold a secret, as a refresh token is: it stays with the origin that it is for, and is sent again
// only where the method stays, too (RFC 9110, 15.4).
bool is_redirect(const Request& request, const Response& response) {
  static constexpr int statuses[] = {301, 302, 303, 307, 308};
  const auto location = response.headers.get("Location");
  if (!location || std::ranges::find(statuses, response.status) == std::end(statuses)) return false;
  if (request.method == "GET" || request.method == "HEAD") return true;
  return (response.status == 307 || response.status == 308) && stays(request, *location);
}

[[noreturn]] void fail(const Request& request, std::string_view problem, std::string hint = {}) {
  throw Error(ErrorKind::network, fmt::format("{} {}: {}", request.method, redact_url(request.url), problem),
              std::move(hint));
}

// The request that the redirect asks for. Credentials stay with the origin that they are for.
Request follow(const Request& request, const Response& response) {
  const auto from = Url::parse(request.url);
  const auto location = response.headers.get("Location").value_or("");
  const auto to = from ? from->resolve(location) : std::nullopt;
  if (!to) fail(request, fmt::format("redirects to what is not a URL: {}", redact_url(location)));
  if (from->secure() && !to->secure()) {
    fail(request, fmt::format("redirects from https to {}", redact_url(to->str())),
         "ask the registry's operator to serve its content over https");
  }
  auto next = request;
  next.url = to->str();
  if (from->origin() != to->origin()) next.headers.remove("Authorization");
  return next;
}

class RedirectTransport final : public Transport {
 public:
  explicit RedirectTransport(std::unique_ptr<Transport> inner) : inner_(std::move(inner)) {}

  Response send(const Request& request) override {
    auto response = inner_->send(request);
    auto current = request;
    for (int hops = 0; is_redirect(current, response); ++hops) {
      if (hops == most_redirects) fail(request, fmt::format("more than {} redirects", most_redirects));
      current = follow(current, response);
      response = inner_->send(current);
      response.redirected_to = current.url;
    }
    return response;
  }

 private:
  std::unique_ptr<Transport> inner_;
};

}  // namespace

std::unique_ptr<Transport> with_redirects(std::unique_ptr<Transport> inner) {
  return std::make_unique<RedirectTransport>(std::move(inner));
}

}  // namespace polyarch::http
