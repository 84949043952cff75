#pragma once
#include <map>
#include <memory>
#include <string>

#include "app/context.hpp"
#include "registry/credentials.hpp"
#include "sys/files.hpp"

namespace polyarch::app {

// A private DOCKER_CONFIG for the processes of a run: the user's own, helpers and all, but for the credentials that
// were given to the engine: for these it names the engine itself as helper. It holds no secret, and is removed at the
// end.
class DockerConfig {
 public:
  // Without explicit credentials the user's own config is used as it is.
  DockerConfig(const std::map<std::string, registry::Credentials>& credentials, Context& context);

  // For the environment of buildx; empty when there is nothing to add.
  const std::map<std::string, std::string>& environment() const { return environment_; }

 private:
  std::unique_ptr<sys::TemporaryDirectory> directory_;
  std::map<std::string, std::string> environment_;
};

}  // namespace polyarch::app
