#include "registry/client.hpp"

#include <fmt/core.h>

#include "base/error.hpp"
#include "registry/problem.hpp"
#include "registry/session.hpp"

namespace polyarch::registry {

Client::Client(http::Transport& transport, CredentialStore& credentials, ClientOptions options)
    : session_(std::make_unique<Session>(transport, credentials, std::move(options))) {}

Client::~Client() = default;

void Client::ping(const std::string& registry) {
  http::Request request;
  request.url = session_->base(registry).str();
  const auto response = session_->send(registry, "", request);
  if (response.status == 404) {
    throw Error(ErrorKind::registry, fmt::format("{} is no OCI registry: it has no /v2/", registry),
                "check the host and the port");
  }
  if (!response.ok()) fail(request, response, registry);
}

}  // namespace polyarch::registry
