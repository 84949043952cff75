#pragma once
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "unit/http/scripted_server.hpp"
#include "unit/registry/fixture.hpp"

namespace polyarch::testing {

// The whole stack of the client against a script of answers.
struct Scripted {
  explicit Scripted(std::deque<Answer> script) : server(std::move(script)) {}

  oci::Repository app() const { return repository(server.authority() + "/app"); }
  oci::Reference tag() const { return {app(), "1", std::nullopt}; }
  Error failure(const std::function<void()>& step) const {
    try {
      step();
    } catch (const Error& error) {
      return error;
    }
    ADD_FAILURE() << "no error";
    return {ErrorKind::failed, ""};
  }

  ScriptedServer server;
  FakeClock clock;
  FakeCredentials credentials;
  std::unique_ptr<http::Transport> transport =
      http::with_redirects(http::with_retry(http::make_transport({}), {}, clock));
  registry::Client client{*transport, credentials, {.clock = &clock}};
};

inline oci::Descriptor blob(const std::string& bytes) {
  return {.media_type = "application/octet-stream", .digest = Digest::sha256(bytes), .size = bytes.size()};
}

}  // namespace polyarch::testing
