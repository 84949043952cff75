#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "registry/credentials.hpp"

namespace polyarch::registry {

// What Docker's config.json, or Podman's auth.json, says about registries. Keys are as credential_key() gives them.
struct DockerConfig {
  std::map<std::string, Credentials> auths;
  std::map<std::string, std::string> helpers;  // registry → NAME of docker-credential-NAME
  std::string store;                           // the helper for all others; empty: none

  // `what` names the file in messages. Throws Error{input} when it is malformed.
  static DockerConfig parse(std::string_view json, std::string_view what);
};

// What a key means: "https://ghcr.io/v2/" is the registry "ghcr.io", "quay.io/team/" all repositories in
// "quay.io/team", and every name of Docker Hub is "docker.io".
std::string credential_key(std::string_view key);

}  // namespace polyarch::registry
