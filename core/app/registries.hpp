#pragma once
#include <memory>
#include <string>
#include <vector>

#include "app/context.hpp"
#include "registry/client.hpp"
#include "spec/registry.hpp"

namespace polyarch::app {

// How long an answer is waited for. patient: as long as what is at stake is worth, an hour's build perhaps. brisk: a
// few tries within seconds, for who asks before there is anything to lose. hasty: one try and a short wait, and tags as
// mirrors know them, for questions whose answer is merely welcome.
enum class Patience { patient, brisk, hasty };

// A registry client with all that it stands on: transport with retries and redirects, credentials.
class Registries {
 public:
  // Throws Error{usage} on mirrors and credentials of another shape than the options say, and never shows the latter.
  // Where nobody said anything of a registry that the CI system logs its jobs in to, that login is used as if it had
  // been given.
  Registries(Context& context, const spec::RegistryOptions& given, Patience patience = Patience::patient);

  registry::Client& client() { return *client_; }
  const std::map<std::string, registry::Credentials>& explicit_credentials() const { return explicit_; }

 private:
  std::map<std::string, registry::Credentials> explicit_;
  std::unique_ptr<http::Transport> transport_;
  std::unique_ptr<registry::CredentialStore> credentials_;
  std::unique_ptr<registry::Client> client_;
};

}  // namespace polyarch::app
