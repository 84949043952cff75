#include "http/proxy.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <fmt/core.h>
#include <vector>

#include "base/error.hpp"
#include "base/redact.hpp"
#include "base/text.hpp"

namespace polyarch::http {
namespace {

using Address = std::vector<unsigned char>;  // 4 or 16 bytes

std::optional<Address> parse_address(std::string_view text) {
  const std::string name(text);
  Address address(16);
  if (inet_pton(AF_INET6, name.c_str(), address.data()) == 1) return address;
  address.resize(4);
  if (inet_pton(AF_INET, name.c_str(), address.data()) == 1) return address;
  return std::nullopt;
}

bool in_block(const Address& address, const Address& network, std::size_t bits) {
  if (address.size() != network.size() || bits > network.size() * 8) return false;
  for (std::size_t i = 0; i < bits; ++i) {
    const auto mask = 0x80U >> (i % 8);
    if ((address[i / 8] & mask) != (network[i / 8] & mask)) return false;
  }
  return true;
}

bool matches_block(const std::string& host, std::string_view network, std::string_view bits) {
  const auto address = parse_address(host);
  const auto base = parse_address(network);
  const auto length = text::to_number(bits);
  return address && base && length && in_block(*address, *base, *length);
}

bool matches_name(std::string_view host, std::string_view name) {
  if (name.starts_with("*.")) name.remove_prefix(1);
  if (name.starts_with('.')) return host.ends_with(name) || host == name.substr(1);
  return host == name ||
         (host.size() > name.size() && host.ends_with(name) && host[host.size() - name.size() - 1] == '.');
}

bool matches(const Url& url, std::string_view entry) {
  if (entry == "*") return true;
  if (entry.empty()) return false;
  if (const auto block = text::cut(entry, '/')) return matches_block(url.host, block->first, block->second);
  if (const auto address = parse_address(entry)) return parse_address(url.host) == address;
  auto name = entry;
  if (const auto colon = entry.rfind(':'); colon != std::string_view::npos) {
    if (text::to_number(entry.substr(colon + 1)) != url.port) return false;
    name = entry.substr(0, colon);
  }
  if (name.starts_with('[') && name.ends_with(']')) name = name.substr(1, name.size() - 2);
  return matches_name(url.host, name);
}

std::optional<std::string> read(const sys::Environment& environment, std::string_view name) {
  if (!environment) return std::nullopt;
  const auto value = environment(name);
  return value ? value : environment(text::lower(name));
}

void set_user(Proxy& proxy, std::string_view user_info) {
  const auto parts = text::cut(user_info, ':');
  proxy.username = percent_decode(parts ? parts->first : user_info).value_or("");
  proxy.password = parts ? percent_decode(parts->second).value_or("") : "";
  redactor().add(proxy.password);
}

Proxy parse_proxy(std::string_view name, std::string_view value) {
  const auto bare = text::lower(value).starts_with("http://") ? value.substr(7) : value;
  Proxy proxy;
  const auto at = bare.rfind('@');
  if (at != std::string_view::npos) set_user(proxy, bare.substr(0, at));
  const auto url = Url::parse(fmt::format("http://{}", at == std::string_view::npos ? bare : bare.substr(at + 1)));
  if (!url || bare.find("://") != std::string_view::npos) {
    throw Error(ErrorKind::usage, fmt::format("{} is not the URL of an HTTP proxy: {}", name, redact_url(value)),
                "write it as http://host:port, or as http://user:password@host:port");
  }
  proxy.host = url->host;
  proxy.port = url->port;
  return proxy;
}

}  // namespace

bool bypasses_proxy(const Url& url, std::string_view no_proxy) {
  const auto entries = text::split(no_proxy, ',');
  return std::ranges::any_of(entries,
                             [&url](std::string_view entry) { return matches(url, text::lower(text::trim(entry))); });
}

std::optional<Proxy> choose_proxy(const Url& url, const sys::Environment& environment) {
  const std::string_view name = url.secure() ? "HTTPS_PROXY" : "HTTP_PROXY";
  const auto value = read(environment, name);
  if (!value || is_loopback(url.host)) return std::nullopt;
  if (bypasses_proxy(url, read(environment, "NO_PROXY").value_or(""))) return std::nullopt;
  return parse_proxy(name, text::trim(*value));
}

}  // namespace polyarch::http
