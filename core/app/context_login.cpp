#include "app/context_login.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/redact.hpp"
#include "base/text.hpp"
#include "http/url.hpp"

namespace polyarch::app {
namespace {

struct Parts {
  std::string_view scheme;  // with ://
  std::string_view login;
  std::string_view host;  // with its port
  std::string_view rest;

  bool is_git() const {
    const auto path = rest.substr(0, rest.find_first_of("?#"));
    return (scheme == "https://" || scheme == "http://") && path.ends_with(".git");
  }
};

// Nothing when the URL has no login.
std::optional<Parts> split(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == url.npos) return std::nullopt;
  const auto authority = scheme + 3;
  const auto end = std::min(url.find_first_of("/?#", authority), url.size());
  const auto at = url.rfind('@', end);
  if (at == url.npos || at < authority) return std::nullopt;
  return Parts{url.substr(0, authority), url.substr(authority, at - authority), url.substr(at + 1, end - at - 1),
               url.substr(end)};
}

std::string decoded(std::string_view text) {
  return http::percent_decode(text).value_or(std::string(text));
}

// USER:PASSWORD; a token may stand alone.
std::string hidden_login(std::string_view login) {
  const auto pair = text::cut(login, ':').value_or(std::pair{login, std::string_view()});
  const auto secret = decoded(pair.second.empty() ? pair.first : pair.second);
  redactor().add(login);
  redactor().add(secret);
  auto whole = fmt::format("{}:{}", decoded(pair.first), decoded(pair.second));
  redactor().add(whole);
  return whole;
}

std::string without_login(std::string_view url, std::vector<std::string>& secrets) {
  const auto parts = split(url);
  // ssh://git@host names the user of the machine: nothing secret.
  if (!parts || (parts->scheme == "ssh://" && !text::cut(parts->login, ':'))) return std::string(url);
  const auto login = hidden_login(parts->login);
  if (!parts->is_git()) return std::string(url);
  secrets.push_back(fmt::format("GIT_AUTH_HEADER.{}=basic {}", parts->host, text::base64_encode(login)));
  return fmt::format("{}{}{}", parts->scheme, parts->host, parts->rest);
}

}  // namespace

void take_context_logins(spec::BuildOptions& options) {
  options.context = without_login(options.context, options.secret_values);
  for (auto& context : options.build_contexts) {
    const auto pair = text::cut(context, '=');
    if (!pair) continue;
    context = fmt::format("{}={}", pair->first, without_login(pair->second, options.secret_values));
  }
}

}  // namespace polyarch::app
