#pragma once
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/digest.hpp"

namespace polyarch::server {

// Users and bcrypt hashes, as `htpasswd -B` writes them: one `user:hash` a line, blank lines and # comments between.
// Safe for several threads.
class Htpasswd {
 public:
  static constexpr std::size_t max_bytes = 1U << 20;

  // `name` stands for the file in errors. Throws Error{input} with the line: a hash of another form, no hash, a user
  // twice; and when there is no user at all.
  static Htpasswd parse(std::string_view text, std::string_view name);

  // `authorization`: the header's value (RFC 7617). A password is hashed once, and as long for unknown users; then it
  // is known by a keyed digest.
  bool allows(std::string_view authorization) const;

 private:
  Htpasswd();
  bool verify(const std::string& user, const std::string& password) const;

  std::map<std::string, std::string, std::less<>> hashes_;
  std::string key_;  // random, of this process
  struct Known {
    std::mutex mutex;
    std::map<std::string, Digest, std::less<>> passwords;  // by user: the last one that was right
  };
  std::shared_ptr<Known> known_;
};

}  // namespace polyarch::server
