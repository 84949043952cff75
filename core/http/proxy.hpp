#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/url.hpp"
#include "sys/environment.hpp"

namespace polyarch::http {

struct Proxy {
  std::string host;
  std::uint16_t port = 0;
  std::string username;
  std::string password;
};

// The proxy for `url` by HTTPS_PROXY, HTTP_PROXY and NO_PROXY (or their lower-case forms); nullopt: none. Loopback
// never goes through one. Throws Error{usage} when the proxy's own URL is not http://[user:password@]host[:port].
std::optional<Proxy> choose_proxy(const Url& url, const sys::Environment& environment);

// Whether a NO_PROXY list names the host of `url`: "*", a name and its subdomains, ".suffix", an address or a CIDR
// block, each but the last with an optional port.
bool bypasses_proxy(const Url& url, std::string_view no_proxy);

}  // namespace polyarch::http
