#pragma once
#include <filesystem>
#include <functional>
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
  std::string registry_token;  // what a token service would give out, instead of both
};

// Where credentials come from. Safe for several threads.
class CredentialStore {
 public:
  virtual ~CredentialStore() = default;
  // For "host[:port]" ("docker.io" for Docker Hub), or for a repository of it, "host[:port]/path"; nullopt: anonymous.
  // What it returns is known to redactor().
  virtual std::optional<Credentials> find(const std::string& name) = 0;
};

// Where to look, in this order; what is found first counts.
struct CredentialSources {
  // By registry, or by a prefix of repositories such as "ghcr.io/team"; asked at each use. Empty: none.
  std::function<std::map<std::string, Credentials>()> own;
  std::string config;                        // Docker's config.json itself; empty: none
  std::vector<std::filesystem::path> files;  // of that form; those that do not exist are passed over
};

// $DOCKER_AUTH_CONFIG; Docker's config.json in $DOCKER_CONFIG or $HOME/.docker; Podman's auth.json:
// $REGISTRY_AUTH_FILE, or else those in $XDG_RUNTIME_DIR/containers and $XDG_CONFIG_HOME/containers or
// $HOME/.config/containers.
CredentialSources credential_sources(const sys::Environment& environment);

// Reads and asks anew at each call: a helper may have a newer token, and a file another password. In each source the
// longest prefix wins. A file that cannot be understood is Error{input} when it is looked into.
std::unique_ptr<CredentialStore> make_credentials(CredentialSources sources, sys::Runner& runner);

// $DOCKER_CONFIG, else $HOME/.docker.
std::filesystem::path docker_config_directory(const sys::Environment& environment);

}  // namespace polyarch::registry
