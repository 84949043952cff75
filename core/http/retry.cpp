#include <fmt/core.h>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/redact.hpp"
#include "http/backoff.hpp"

namespace polyarch::http {
namespace {

class RetryTransport final : public Transport {
 public:
  RetryTransport(std::unique_ptr<Transport> inner, RetryPolicy policy, Clock& clock, const sys::Cancel* cancel)
      : inner_(std::move(inner)), policy_(policy), clock_(clock), cancel_(cancel) {}

  Response send(const Request& request) override {
    if (request.once) return inner_->send(request);
    bool untouched = true;
    auto attempt = request;
    if (request.sink) {
      attempt.sink = [&](std::string_view bytes) {
        untouched = false;
        request.sink(bytes);
      };
    }
    Backoff backoff(policy_, clock_, cancel_);
    while (true) {
      try {
        auto response = inner_->send(attempt);
        if (!may_pass_later(response)) return response;
        if (!backoff.wait(retry_after(response, clock_.wall()))) {
          response.gave_up = backoff.spent();
          return response;
        }
        note(request, fmt::format("status {}", response.status));
      } catch (const Error& error) {
        if (!error.retryable() || !untouched) throw;
        if (!backoff.wait()) {
          throw Error(error.kind(), fmt::format("{} ({})", error.message(), backoff.spent()), error.hint(), true);
        }
        note(request, error.message());
      }
    }
  }

 private:
  static void note(const Request& request, std::string_view reason) {
    log::debug("again: {} {} ({})", request.method, redact_url(request.url), reason);
  }

  std::unique_ptr<Transport> inner_;
  RetryPolicy policy_;
  Clock& clock_;
  const sys::Cancel* cancel_;
};

}  // namespace

std::unique_ptr<Transport> with_retry(std::unique_ptr<Transport> inner, RetryPolicy policy, Clock& clock,
                                      const sys::Cancel* cancel) {
  return std::make_unique<RetryTransport>(std::move(inner), policy, clock, cancel);
}

}  // namespace polyarch::http
