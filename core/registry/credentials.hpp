#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sys/environment.hpp"
#include "sys/process.hpp"

namespace polyarch::registry {

struct Credentials {
  std::string username;
  std::string password;
  std::string identity_token;  // a refresh token, instead of a password
};

// Where credentials come from. Safe for several threads.
class CredentialStore {
 public:
  virtual ~CredentialStore() = default;
  // For "host[:port]" ("docker.io" for Docker Hub); nullopt: anonymous. What it returns is known to redactor().
  virtual std::optional<Credentials> find(const std::string& registry) = 0;
};

// Explicit ones first, then Docker's config.json (`auths`, `credHelpers`, `credsStore`) in $DOCKER_CONFIG or
// $HOME/.docker. Asked anew at each call: a helper may have a newer token.
std::unique_ptr<CredentialStore> make_credentials(std::map<std::string, Credentials> explicit_credentials,
                                                  std::filesystem::path docker_config, sys::Runner& runner);

// $DOCKER_CONFIG, else $HOME/.docker.
std::filesystem::path docker_config_directory(const sys::Environment& environment);

}  // namespace polyarch::registry
