#pragma once
#include <chrono>
#include <cstdint>
#include <optional>

#include "base/error.hpp"
#include "http/backoff.hpp"
#include "registry/session.hpp"

namespace polyarch::registry {

// How long a transfer that breaks off is taken up again: attempts and time count from when it last got on, so that an
// hour's transfer may break more often than one of a second, and one that gets nowhere ends soon.
class Perseverance {
 public:
  explicit Perseverance(Session& session) : session_(session), backoff_(session.backoff()) {}

  // After `error` with `done` bytes of the transfer behind us: waits before the next attempt, at least as long as
  // `asked`. Throws `error` when it is not retryable, or when it is time to give up, which the message then says.
  void wait(const Error& error, std::uint64_t done, std::optional<std::chrono::milliseconds> asked = std::nullopt);

 private:
  Session& session_;
  std::optional<http::Backoff> backoff_;
  std::uint64_t mark_ = 0;
};

}  // namespace polyarch::registry
