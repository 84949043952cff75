#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "registry/credentials.hpp"

namespace polyarch::registry {

// What Docker's config.json says about registries. Keys are registry names as registry_name() gives them.
struct DockerConfig {
  std::map<std::string, Credentials> auths;
  std::map<std::string, std::string> helpers;  // registry → NAME of docker-credential-NAME
  std::string store;                           // the helper for all others; empty: none

  // `what` names the file in messages. Throws Error{input} when it is malformed.
  static DockerConfig parse(std::string_view json, std::string_view what);
};

// The registry that a key means: "https://ghcr.io/v2/" → "ghcr.io", and every name of Docker Hub → "docker.io".
std::string registry_name(std::string_view key);

}  // namespace polyarch::registry
