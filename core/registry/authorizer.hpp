#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "http/transport.hpp"
#include "http/url.hpp"
#include "registry/challenge.hpp"
#include "registry/credentials.hpp"

namespace polyarch::registry {

// Gives requests their Authorization: Basic, or Bearer tokens that it fetches from the realm that the registry names
// and keeps until shortly before they expire. Safe for several threads; one of them fetches while the others wait for
// it.
class Authorizer {
 public:
  // All must outlive it.
  Authorizer(http::Transport& transport, CredentialStore& credentials, const Clock& clock)
      : transport_(transport), credentials_(credentials), clock_(clock) {}

  // The field's value for a request to `registry` with `scope` ("repository:a/b:pull,push", several with blanks
  // between, or none); nullopt as long as the registry has never asked for one.
  std::optional<std::string> authorize(const std::string& registry, const std::string& scope);

  // After a 401 to a request that carried `refused`: a new value. `url`: of the request. Throws Error{auth} when the
  // challenge cannot be answered, or Error of the token service.
  std::string renew(const std::string& registry, const std::string& scope, const http::Url& url,
                    const http::Response& response, const std::optional<std::string>& refused);

 private:
  struct Service {  // who says who we are
    Challenge challenge;
    std::optional<http::Url> realm;
  };
  struct Grant {
    std::mutex mutex;
    std::string value;
    Clock::Steady good_until;
  };

  std::shared_ptr<Grant> grant(const std::string& registry, const std::string& scope);
  std::optional<Service> service(const std::string& registry);
  // Ends the grant when `refused` is its value.
  bool revoke(const std::string& registry, const std::string& scope, const std::string& refused);
  void fill(Grant& grant, const std::string& registry, const Service& service, const std::string& scope);
  void fill_basic(Grant& grant, const std::string& registry, const std::optional<Credentials>& credentials);
  void fill_given(Grant& grant, const std::string& token);
  static http::Request token_request(const Service& service, const std::string& scope,
                                     const std::optional<Credentials>& credentials, bool trade);

  http::Transport& transport_;
  CredentialStore& credentials_;
  const Clock& clock_;
  std::mutex mutex_;  // of the maps; never held while a grant is filled
  std::map<std::string, Service> services_;
  std::map<std::string, std::shared_ptr<Grant>> grants_;
};

}  // namespace polyarch::registry
