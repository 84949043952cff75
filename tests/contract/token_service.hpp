#pragma once
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "contract/message.hpp"
#include "unit/http/listener.hpp"
#include "unit/http/tls_server.hpp"

namespace polyarch::testing {

// Issues tokens as distribution's token specification has them: JWTs signed with ES256, for whoever knows the password,
// and for whoever shows the refresh token. Who calls himself `reader` knows the same password and gets no more than
// pull.
class TokenService {
 public:
  static constexpr const char* issuer = "the contract's token service";
  static constexpr const char* audience = "the contract's registry";
  static constexpr const char* reader = "reader";
  static constexpr const char* refresh_token = "contract-refresh-token";

  // `signer`: whose certificate the registry trusts.
  TokenService(const Identity& signer, std::string username, std::string password);
  ~TokenService();

  std::string realm() const { return "http://" + listener_.authority() + "/token"; }
  std::vector<Message> requests() const;

 private:
  void run();
  Message answer(const Message& request) const;
  std::string issue(const std::string& query, bool reads_only) const;
  std::string sign(const std::string& text) const;

  Identity signer_;
  std::string username_;
  std::string password_;
  Listener listener_;
  mutable std::mutex mutex_;
  std::vector<Message> requests_;
  std::thread thread_;
};

}  // namespace polyarch::testing
