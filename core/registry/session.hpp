#pragma once
#include <string>
#include <string_view>

#include "http/backoff.hpp"
#include "http/transport.hpp"
#include "http/url.hpp"
#include "oci/reference.hpp"
#include "registry/authorizer.hpp"
#include "registry/client.hpp"
#include "registry/endpoints.hpp"

namespace polyarch::registry {

// The rights that a request needs of its registry.
std::string pull_scope(const oci::Repository& repository);
std::string push_scope(const oci::Repository& repository);

// Sends requests to registries with the authorization that they ask for. Safe for several threads.
class Session {
 public:
  Session(http::Transport& transport, CredentialStore& credentials, ClientOptions options);

  // The URL of "/v2/<repository>/<path>".
  http::Url url(const oci::Repository& repository, std::string_view path);
  http::Url base(const std::string& registry) { return endpoints_.url(registry, "/v2/"); }

  // The answer, whatever its status. A 401 is answered once, with new authorization. A request to another origin than
  // the registry's (where an upload's Location may lead) carries none. `request` is then as it was last sent: http may
  // have become https.
  http::Response send(const std::string& registry, const std::string& scope, http::Request& request);

  // The URL that a Location or Link in the answer to `request` means. Throws Error{registry} when it is none, or leaves
  // https.
  static http::Url follow(const http::Request& request, std::string_view location);

  // Where copies of what `repository` has may be, in the order of declaration.
  std::vector<oci::Repository> mirrors(const oci::Repository& repository) const;
  bool mirrored_tags() const { return options_.mirrored_tags; }

  http::Backoff backoff() const { return {options_.resume, *options_.clock, options_.cancel}; }
  Clock::Wall now() const { return options_.clock->wall(); }
  std::uint64_t chunk() const { return options_.chunk; }
  std::size_t page() const { return options_.page; }

 private:
  http::Response send_authorized(const std::string& registry, const std::string& scope, http::Request& request,
                                 const http::Url& url);

  http::Transport& transport_;
  ClientOptions options_;
  Endpoints endpoints_;
  Authorizer authorizer_;
};

}  // namespace polyarch::registry
