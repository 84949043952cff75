#include "registry/endpoints.hpp"

#include <algorithm>
#include <fmt/core.h>

#include "base/error.hpp"

namespace polyarch::registry {
namespace {

std::string host_of(const std::string& registry) {
  return registry == "docker.io" ? "registry-1.docker.io" : registry;
}

http::Url parse(const std::string& scheme, const std::string& registry, std::string_view path) {
  auto url = http::Url::parse(fmt::format("{}://{}{}", scheme, host_of(registry), path));
  if (!url) {
    throw Error(ErrorKind::usage, fmt::format("'{}' is not the name of a registry", registry),
                "write it as host or host:port");
  }
  return *url;
}

}  // namespace

http::Url Endpoints::url(const std::string& registry, std::string_view path) {
  return parse(scheme(registry), registry, path);
}

bool Endpoints::declared_insecure(const std::string& registry) const {
  const auto host = registry.substr(0, registry.rfind(':'));
  return std::ranges::any_of(insecure_, [&](const auto& name) { return name == registry || name == host; });
}

std::string Endpoints::scheme(const std::string& registry) {
  if (declared_insecure(registry)) return "http";
  const auto secure = parse("https", registry, "/v2/");
  if (!http::is_loopback(secure.host) || secure.port == 443) return "https";
  const std::lock_guard lock(mutex_);
  const auto known = speaks_tls_.find(registry);
  return known != speaks_tls_.end() && known->second ? "https" : "http";
}

bool Endpoints::turn_to_tls(const std::string& registry) {
  if (declared_insecure(registry)) return false;
  const std::lock_guard lock(mutex_);
  if (const auto known = speaks_tls_.find(registry); known != speaks_tls_.end()) return known->second;
  http::Request request;
  request.url = parse("http", registry, "/v2/").str();
  return speaks_tls_[registry] = transport_.send(request).status == 400;
}

}  // namespace polyarch::registry
