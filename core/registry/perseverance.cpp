#include "registry/perseverance.hpp"

#include <fmt/core.h>

namespace polyarch::registry {
namespace {

constexpr std::uint64_t getting_on = 1U << 20;  // fewer bytes between two breaks are no progress: there is an end

}  // namespace

void Perseverance::wait(const Error& error, std::uint64_t done, std::optional<std::chrono::milliseconds> asked) {
  if (!error.retryable()) throw error;
  if (done >= mark_ + getting_on) {
    mark_ = done;
    backoff_.emplace(session_.backoff());
  }
  if (backoff_->wait(asked)) return;
  throw Error(error.kind(), fmt::format("{} ({})", error.message(), backoff_->spent()), error.hint(), true);
}

}  // namespace polyarch::registry
