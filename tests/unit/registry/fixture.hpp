#pragma once
#include <atomic>
#include <fmt/core.h>
#include <map>
#include <optional>
#include <string>

#include "registry/client.hpp"
#include "unit/http/fake_clock.hpp"
#include "unit/http/fake_transport.hpp"

namespace polyarch::testing {

// Credentials from a map; counts how often it is asked.
class FakeCredentials final : public registry::CredentialStore {
 public:
  explicit FakeCredentials(std::map<std::string, registry::Credentials> known = {}) : known_(std::move(known)) {}
  std::optional<registry::Credentials> find(const std::string& name) override {
    ++asked;
    const auto found = known_.find(name.substr(0, name.find('/')));
    return found == known_.end() ? std::nullopt : std::optional(found->second);
  }
  std::atomic<int> asked{0};

 private:
  std::map<std::string, registry::Credentials> known_;
};

inline oci::Repository repository(const std::string& name = "r.example/app") {
  return oci::Repository::parse(name);
}

inline http::BodySource source_of(const std::string& bytes) {
  return {bytes.size(), [bytes](std::uint64_t offset, char* buffer, std::size_t capacity) {
            return bytes.copy(buffer, capacity, offset);
          }};
}

}  // namespace polyarch::testing
