#include "registry/docker_config.hpp"

#include <algorithm>
#include <fmt/core.h>

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

namespace polyarch::registry {
namespace {

constexpr std::size_t largest_config = 4 << 20;
constexpr std::string_view token_user = "<token>";  // the user name that marks an identity token

[[noreturn]] void fail_config(std::string_view what, std::string_view problem) {
  throw Error(ErrorKind::input, fmt::format("{}: {}", what, problem), "log in again, or mend the file");
}

bool is_helper_name(std::string_view name) {
  return !name.empty() && name.size() <= 128 && std::ranges::all_of(name, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           std::string_view("-._").find(c) != std::string_view::npos;
  });
}

std::string helper_name(const std::string& name, std::string_view what) {
  if (!is_helper_name(name))
    fail_config(what, fmt::format("'{}' cannot name a credential helper", text::printable(name)));
  return name;
}

Credentials credentials_from(const Json& entry, std::string_view what) {
  Credentials out;
  out.username = string_at(entry, "username", what).value_or("");
  out.password = string_at(entry, "password", what).value_or("");
  out.identity_token = string_at(entry, "identitytoken", what).value_or("");
  out.registry_token = string_at(entry, "registrytoken", what).value_or("");
  auto auth = string_at(entry, "auth", what).value_or("");
  std::erase_if(auth, [](char c) { return c == '\r' || c == '\n'; });  // base64(1) breaks lines; Docker does not mind
  if (auth.empty()) return out;
  const auto decoded = text::base64_decode(auth);
  const auto pair = text::cut(decoded ? *decoded : std::string_view(), ':');
  if (!pair) fail_config(what, "an 'auth' is not the base64 of user:password");
  out.username = pair->first;
  out.password = pair->second.substr(0, pair->second.find('\0'));
  if (out.username == token_user && out.identity_token.empty()) std::swap(out.identity_token, out.password);
  return out;
}

bool is_empty(const Credentials& credentials) {
  return credentials.password.empty() && credentials.identity_token.empty() && credentials.registry_token.empty();
}

const Json* object_at(const Json& config, const char* key, std::string_view what) {
  const auto found = config.find(key);
  if (found == config.end() || found->is_null()) return nullptr;
  if (!found->is_object()) fail_config(what, fmt::format("'{}' is not an object", key));
  return &*found;
}

}  // namespace

std::string credential_key(std::string_view key) {
  const auto scheme = key.find("://");
  if (scheme != std::string_view::npos) key.remove_prefix(scheme + 3);
  while (key.ends_with('/')) key.remove_suffix(1);
  const auto slash = std::min(key.find('/'), key.size());
  const auto host = text::lower(key.substr(0, slash));
  const auto path = key.substr(slash);
  const bool hub = host == "index.docker.io" || host == "registry-1.docker.io" || host == "registry.hub.docker.com";
  const bool api = scheme != std::string_view::npos || path == "/v1" || path == "/v2";  // Docker's way to name a host
  return (hub ? "docker.io" : host) + (api ? "" : std::string(path));
}

DockerConfig DockerConfig::parse(std::string_view json, std::string_view what) {
  if (text::trim(json).empty()) return {};  // as Docker reads it
  const auto config = parse_json(json, what, largest_config);
  if (!config.is_object()) fail_config(what, "not a JSON object");
  DockerConfig out;
  if (const auto* auths = object_at(config, "auths", what)) {
    for (const auto& [key, entry] : auths->items()) {
      auto credentials = credentials_from(entry, fmt::format("{}: {}", what, text::printable(key)));
      if (!is_empty(credentials)) out.auths.emplace(credential_key(key), std::move(credentials));
    }
  }
  if (const auto* helpers = object_at(config, "credHelpers", what)) {
    for (const auto& [key, name] : helpers->items()) {
      if (!name.is_string()) fail_config(what, "a member of 'credHelpers' is not a string");
      out.helpers.emplace(credential_key(key), helper_name(name.get<std::string>(), what));
    }
  }
  const auto store = string_at(config, "credsStore", what).value_or("");
  if (!store.empty()) out.store = helper_name(store, what);
  return out;
}

}  // namespace polyarch::registry
