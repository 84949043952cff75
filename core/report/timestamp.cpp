#include "report/timestamp.hpp"

#include <chrono>
#include <fmt/core.h>

#include "base/text.hpp"

namespace polyarch::report {
namespace {

// Takes `digits` digits and, unless it is 0, the separator after them off the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits, char separator) {
  const std::size_t length = digits + (separator == 0 ? 0 : 1);
  if (text.size() < length || (separator != 0 && text[digits] != separator)) return std::nullopt;
  const auto number = text::to_number(text.substr(0, digits));
  if (!number) return std::nullopt;
  text.remove_prefix(length);
  return static_cast<int>(*number);
}

std::optional<std::chrono::nanoseconds> take_fraction(std::string_view& text) {
  if (!text.starts_with('.')) return std::chrono::nanoseconds(0);
  text.remove_prefix(1);
  std::int64_t nanoseconds = 0;
  std::size_t digits = 0;
  for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
    if (digits < 9) nanoseconds = nanoseconds * 10 + (text[digits] - '0');
  }
  if (digits == 0) return std::nullopt;
  for (auto i = digits; i < 9; ++i) nanoseconds *= 10;
  text.remove_prefix(digits);
  return std::chrono::nanoseconds(nanoseconds);
}

std::optional<std::chrono::minutes> take_offset(std::string_view text) {
  if (text == "Z") return std::chrono::minutes(0);
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const int sign = text[0] == '+' ? 1 : -1;
  text.remove_prefix(1);
  const auto hours = take_number(text, 2, ':');
  const auto minutes = take_number(text, 2, 0);
  if (!hours || !minutes || !text.empty()) return std::nullopt;
  return sign * std::chrono::minutes(*hours * 60 + *minutes);
}

}  // namespace

std::optional<Time> parse_timestamp(std::string_view text) {
  const auto year = take_number(text, 4, '-');
  const auto month = take_number(text, 2, '-');
  const auto day = take_number(text, 2, 'T');
  const auto hour = take_number(text, 2, ':');
  const auto minute = take_number(text, 2, ':');
  const auto second = take_number(text, 2, 0);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  const auto fraction = take_fraction(text);
  const auto offset = take_offset(text);
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!fraction || !offset || !date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  // Years whose nanoseconds do not fit the clock are no time of a build.
  if (*year < 1970 || *year > 2200) return std::nullopt;
  const auto time = std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
                    std::chrono::seconds(*second) - *offset;
  return std::chrono::time_point_cast<Time::duration>(time + *fraction);
}

std::string rfc3339(Time time) {
  using std::chrono::milliseconds;
  const auto since_epoch = std::chrono::floor<milliseconds>(time.time_since_epoch());
  const std::chrono::sys_time<milliseconds> instant(since_epoch);
  const auto day = std::chrono::floor<std::chrono::days>(instant);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss<milliseconds> clock(instant - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

}  // namespace polyarch::report
