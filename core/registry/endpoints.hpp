#pragma once
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "http/transport.hpp"
#include "http/url.hpp"

namespace polyarch::registry {

// Where registries are: host and scheme behind a name such as "docker.io" or "localhost:5000". Safe for several
// threads.
class Endpoints {
 public:
  Endpoints(http::Transport& transport, std::vector<std::string> insecure)
      : transport_(transport), insecure_(std::move(insecure)) {}

  // The URL of `path` (from "/v2/" on) at the registry. Throws Error{usage} when the name is none.
  http::Url url(const std::string& registry, std::string_view path);

  // After a 400 to a request in plain HTTP: whether `registry` speaks TLS, as TLS servers say it with that status. From
  // then on url() says https.
  bool turn_to_tls(const std::string& registry);

 private:
  std::string scheme(const std::string& registry);
  bool declared_insecure(const std::string& registry) const;

  http::Transport& transport_;
  std::vector<std::string> insecure_;
  std::mutex mutex_;
  std::map<std::string, bool> speaks_tls_;  // loopback registries that once answered 400
};

}  // namespace polyarch::registry
