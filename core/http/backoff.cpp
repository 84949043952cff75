#include "http/backoff.hpp"

#include <algorithm>
#include <ctime>
#include <fmt/core.h>
#include <random>

#include "base/log.hpp"
#include "base/text.hpp"

namespace polyarch::http {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds worth_telling{3000};
constexpr milliseconds slice{100};  // how soon a wait sees a cancel

constexpr std::chrono::seconds longest_wait{365 * 24 * 3600};  // more is as good as for ever, and may not be countable

std::optional<std::chrono::seconds> parse_http_date(const std::string& text) {
  std::tm date{};
  const char* end = strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return std::chrono::seconds(timegm(&date));
}

}  // namespace

bool may_pass_later(const Response& response) {
  static constexpr int passing[] = {408, 429, 500, 502, 503, 504};
  return std::ranges::find(passing, response.status) != std::end(passing);
}

std::optional<milliseconds> retry_after(const Response& response, Clock::Wall now) {
  const auto value = response.headers.get("Retry-After");
  if (!value) return std::nullopt;
  if (const auto seconds = text::to_number(*value)) {
    return std::chrono::seconds(std::min<std::uint64_t>(*seconds, longest_wait.count()));
  }
  const auto date = parse_http_date(*value);
  if (!date) return std::nullopt;
  const auto since = std::chrono::time_point_cast<milliseconds>(now).time_since_epoch();
  return std::clamp<milliseconds>(*date - since, milliseconds(0), longest_wait);
}

Backoff::Backoff(const RetryPolicy& policy, Clock& clock, const sys::Cancel* cancel)
    : policy_(policy), clock_(clock), cancel_(cancel), start_(clock.steady()), delay_(policy.first_delay) {}

// Between half of the delay and all of it.
milliseconds Backoff::jittered() {
  std::uniform_int_distribution<milliseconds::rep> spread(delay_.count() / 2, delay_.count());
  std::random_device random;
  return milliseconds(spread(random));
}

bool Backoff::wait(std::optional<milliseconds> asked) {
  const auto pause = std::max(jittered(), asked.value_or(milliseconds(0)));
  const auto used = std::chrono::duration_cast<milliseconds>(clock_.steady() - start_);
  if (asked && used + *asked > policy_.budget) asked_too_much_ = *asked;
  if (attempts_ >= policy_.attempts || used + pause > policy_.budget) return false;
  if (pause >= worth_telling) {
    log::info("trying again in {}, for the {}. time of {}", text::human_duration(pause), attempts_ + 1,
              policy_.attempts);
  }
  ++attempts_;
  delay_ = std::min(delay_ * 2, policy_.longest_delay);
  sleep(pause);
  return true;
}

std::string Backoff::spent() const {
  const auto used = std::chrono::duration_cast<milliseconds>(clock_.steady() - start_);
  return fmt::format("gave up after {} attempt{} in {}{}", attempts_, attempts_ == 1 ? "" : "s",
                     text::human_duration(used),
                     asked_too_much_ ? "; asked to wait " + text::human_duration(*asked_too_much_) : "");
}

void Backoff::sleep(milliseconds duration) {
  while (duration.count() > 0) {
    if (cancel_ != nullptr) cancel_->check();
    const auto part = cancel_ == nullptr ? duration : std::min(duration, slice);
    clock_.sleep(part);
    duration -= part;
  }
}

}  // namespace polyarch::http
