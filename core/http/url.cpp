#include "http/url.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <fmt/core.h>
#include <vector>

#include "base/text.hpp"

namespace polyarch::http {
namespace {

constexpr std::size_t longest = 16 << 10;

bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool is_visible(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

bool is_name(std::string_view host) {
  return !host.empty() && std::ranges::all_of(host, [](char c) {
    return is_letter_or_digit(c) || std::string_view("-._").find(c) != std::string_view::npos;
  });
}

bool is_ipv6(const std::string& host) {
  in6_addr address{};
  return inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  const auto number = text::to_number(text);
  if (!number || *number == 0 || *number > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(*number);
}

bool set_authority(Url& url, std::string_view authority) {
  std::string_view after_host;
  if (authority.starts_with('[')) {
    const auto close = authority.find(']');
    if (close == std::string_view::npos) return false;
    url.host = text::lower(authority.substr(1, close - 1));
    after_host = authority.substr(close + 1);
    if (!is_ipv6(url.host)) return false;
  } else {
    const auto colon = std::min(authority.find(':'), authority.size());
    url.host = text::lower(authority.substr(0, colon));
    after_host = authority.substr(colon);
    if (!is_name(url.host)) return false;
  }
  url.port = url.secure() ? 443 : 80;
  if (after_host.empty() || after_host == ":") return true;
  const auto port = after_host[0] == ':' ? parse_port(after_host.substr(1)) : std::nullopt;
  if (port) url.port = *port;
  return port.has_value();
}

// RFC 3986, 5.2.4.
std::string without_dot_segments(std::string_view path) {
  std::vector<std::string> kept;
  const auto segments = text::split(path.substr(1), '/');
  for (const auto segment : segments) {
    if (segment == ".." && !kept.empty()) kept.pop_back();
    if (segment != "." && segment != "..") kept.emplace_back(segment);
  }
  if (segments.back() == "." || segments.back() == "..") kept.emplace_back();
  return "/" + text::join(kept, "/");
}

std::string_view path_of(std::string_view target) {
  return target.substr(0, target.find('?'));
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<Url> Url::parse(std::string_view text) {
  text = text.substr(0, text.find('#'));
  const auto separator = text.find("://");
  if (text.size() > longest || separator == std::string_view::npos || !is_visible(text)) return std::nullopt;
  Url url;
  url.scheme = text::lower(text.substr(0, separator));
  if (url.scheme != "http" && url.scheme != "https") return std::nullopt;
  const auto rest = text.substr(separator + 3);
  const auto end = std::min(rest.find_first_of("/?"), rest.size());
  if (!set_authority(url, rest.substr(0, end))) return std::nullopt;
  url.target = rest.substr(end);
  if (!url.target.starts_with('/')) url.target.insert(0, 1, '/');
  return url;
}

std::optional<Url> Url::resolve(std::string_view reference) const {
  reference = reference.substr(0, reference.find('#'));
  const auto before_path = reference.substr(0, reference.find_first_of("/?"));
  if (before_path.find(':') != std::string_view::npos) return parse(reference);
  if (reference.starts_with("//")) return parse(fmt::format("{}:{}", scheme, reference));
  if (reference.empty()) return *this;
  const auto base = path_of(target);
  if (reference.starts_with('?')) return parse(fmt::format("{}{}{}", origin(), base, reference));
  const auto folder = reference.starts_with('/') ? std::string_view() : base.substr(0, base.rfind('/') + 1);
  const auto path = fmt::format("{}{}", folder, path_of(reference));
  const auto query = reference.substr(path_of(reference).size());
  return parse(fmt::format("{}{}{}", origin(), without_dot_segments(path), query));
}

std::string Url::authority() const {
  const auto bracketed = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return port == (secure() ? 443 : 80) ? bracketed : fmt::format("{}:{}", bracketed, port);
}

void Url::add_query(std::string_view key, std::string_view value) {
  const char joint = target.find('?') == std::string::npos ? '?' : '&';
  target += fmt::format("{}{}={}", joint, percent_encode(key), percent_encode(value));
}

bool is_loopback(std::string_view host) {
  if (host == "localhost" || host.ends_with(".localhost") || host == "::1") return true;
  in_addr address{};
  return host.starts_with("127.") && inet_pton(AF_INET, std::string(host).c_str(), &address) == 1;
}

std::string percent_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = is_letter_or_digit(c) || std::string_view("-._~").find(c) != std::string_view::npos;
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size() || hex_digit(text[i + 1]) < 0 || hex_digit(text[i + 2]) < 0) return std::nullopt;
    out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
    i += 2;
  }
  return out;
}

}  // namespace polyarch::http
