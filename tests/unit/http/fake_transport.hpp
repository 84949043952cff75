#pragma once
#include <functional>
#include <mutex>
#include <vector>

#include "http/transport.hpp"

namespace polyarch::testing {

// Answers by a function, and remembers what it was asked.
class FakeTransport final : public http::Transport {
 public:
  using Answer = std::function<http::Response(const http::Request&)>;
  explicit FakeTransport(Answer answer) : answer_(std::move(answer)) {}

  http::Response send(const http::Request& request) override {
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
    }
    auto response = answer_(request);
    if (response.ok() && request.on_head) request.on_head(response.status, response.headers);
    if (response.ok() && request.sink) request.sink(std::exchange(response.body, {}));
    return response;
  }

  std::vector<http::Request> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  Answer answer_;
  mutable std::mutex mutex_;
  std::vector<http::Request> requests_;
};

}  // namespace polyarch::testing
