#pragma once
#include <chrono>
#include <optional>
#include <string>

#include "http/transport.hpp"

namespace polyarch::http {

// Whether a later attempt may end better than this answer did: 408, 429, 500, 502, 503, 504.
bool may_pass_later(const Response& response);

// The wait that Retry-After asks for, as seconds or as an HTTP date (RFC 9110, 10.2.3); nullopt when absent or
// malformed.
std::optional<std::chrono::milliseconds> retry_after(const Response& response, Clock::Wall now);

// The waits between the attempts of one operation: each twice as long as the one before, with jitter so that many
// clients do not come back at once.
class Backoff {
 public:
  // `clock` and `cancel` must outlive it.
  Backoff(const RetryPolicy& policy, Clock& clock, const sys::Cancel* cancel);
  // Waits before the next attempt, at least as long as `asked`. false, at once: attempts or budget are used up.
  // Throws Error{interrupted} when cancelled.
  bool wait(std::optional<std::chrono::milliseconds> asked = std::nullopt);
  // "gave up after 8 attempts in 18s": for the message when wait() was false.
  std::string spent() const;

 private:
  std::chrono::milliseconds jittered();
  void sleep(std::chrono::milliseconds duration);

  RetryPolicy policy_;
  Clock& clock_;
  const sys::Cancel* cancel_;
  Clock::Steady start_;
  int attempts_ = 1;
  std::optional<std::chrono::milliseconds> asked_too_much_;
  std::chrono::milliseconds delay_;
};

}  // namespace polyarch::http
