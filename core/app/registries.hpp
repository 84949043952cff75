#pragma once
#include <memory>
#include <string>
#include <vector>

#include "app/context.hpp"
#include "registry/client.hpp"

namespace polyarch::app {

// How long an answer is waited for. hasty: one try and a short wait, for questions whose answer is merely welcome.
enum class Patience { patient, hasty };

// A registry client with all that it stands on: transport with retries and redirects, credentials.
class Registries {
 public:
  // `auths`: "HOST=USER:PASSWORD" each; throws Error{usage} on another shape, without showing it.
  Registries(Context& context, const std::vector<std::string>& insecure, const std::vector<std::string>& auths,
             Patience patience = Patience::patient);

  registry::Client& client() { return *client_; }
  const std::map<std::string, registry::Credentials>& explicit_credentials() const { return explicit_; }

 private:
  std::map<std::string, registry::Credentials> explicit_;
  std::unique_ptr<http::Transport> transport_;
  std::unique_ptr<registry::CredentialStore> credentials_;
  std::unique_ptr<registry::Client> client_;
};

}  // namespace polyarch::app
