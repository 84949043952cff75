#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace polyarch::http {

// An absolute http or https URL (RFC 3986) without user info and fragment.
struct Url {
  std::string scheme;      // "http" or "https"
  std::string host;        // lower case; an IPv6 address without its brackets
  std::uint16_t port = 0;  // the scheme's own when the URL names none
  std::string target;      // path and query, from "/" on

  // nullopt: not such a URL, longer than 16 KiB, with user info, or with a byte that must be percent-encoded.
  static std::optional<Url> parse(std::string_view text);
  // What a Location or Link with this text means on a page of this URL; nullopt as for parse().
  std::optional<Url> resolve(std::string_view reference) const;

  bool secure() const { return scheme == "https"; }
  // "registry.example", "[::1]:5000": without the port that the scheme implies.
  std::string authority() const;
  std::string origin() const { return scheme + "://" + authority(); }
  std::string str() const { return origin() + target; }
  void add_query(std::string_view key, std::string_view value);

  bool operator==(const Url&) const = default;
};

// localhost and its subdomains, 127.0.0.0/8, ::1 (without brackets).
bool is_loopback(std::string_view host);

// Percent-encodes everything but unreserved characters (RFC 3986, 2.3).
std::string percent_encode(std::string_view text);
// nullopt on a "%" that no two hex digits follow.
std::optional<std::string> percent_decode(std::string_view text);

}  // namespace polyarch::http
