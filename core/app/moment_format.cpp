#include "app/moment_format.hpp"

#include <algorithm>
#include <array>
#include <fmt/core.h>

#include "base/text.hpp"

namespace polyarch::app {
namespace {

constexpr std::array month_names{"January", "February", "March",     "April",   "May",      "June",
                                 "July",    "August",   "September", "October", "November", "December"};
constexpr std::array day_names{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
// Longer ones before those that they begin with.
constexpr std::array<std::string_view, 46> moment_tokens{
    "YYYY", "YY", "Qo", "Q", "MMMM", "MMM",  "MM", "Mo", "M",  "DDDD", "DDDo", "DDD", "DD", "Do", "D",  "dddd",
    "ddd",  "dd", "do", "d", "E",    "GGGG", "GG", "WW", "Wo", "W",    "HH",   "H",   "hh", "h",  "kk", "k",
    "mm",   "m",  "ss", "s", "SSS",  "SS",   "S",  "A",  "a",  "ZZ",   "Z",    "zz",  "z",  "X"};

struct MomentParts {
  std::chrono::year_month_day date;
  std::chrono::weekday weekday;
  std::chrono::hh_mm_ss<std::chrono::milliseconds> clock;
  int day_of_year;
  int iso_year;
  int iso_week;
  std::int64_t seconds;
  ZoneTime zone;
};

MomentParts parts_of(Clock::Wall utc, const ZoneTime& zone) {
  using std::chrono::days;
  const auto time = utc + zone.offset;
  const auto day = std::chrono::floor<days>(time);
  const std::chrono::year_month_day date(day);
  const auto new_year = [](std::chrono::year year) { return std::chrono::sys_days(year / 1 / 1); };
  // The week of a day is that of its Thursday.
  const std::chrono::weekday weekday(day);
  const auto thursday = day + days(4 - static_cast<int>(weekday.iso_encoding()));
  const auto iso_year = std::chrono::year_month_day(thursday).year();
  return {date,
          weekday,
          std::chrono::hh_mm_ss(std::chrono::floor<std::chrono::milliseconds>(time - day)),
          static_cast<int>((day - new_year(date.year())).count()) + 1,
          static_cast<int>(iso_year),
          static_cast<int>((thursday - new_year(iso_year)).count()) / 7 + 1,
          std::chrono::floor<std::chrono::seconds>(utc.time_since_epoch()).count(),
          zone};
}

std::string ordinal(int number) {
  const int last = number % 10;
  const bool teen = number / 10 % 10 == 1;
  return fmt::format("{}{}", number, teen || last > 3 || last == 0 ? "th" : last == 1 ? "st" : last == 2 ? "nd" : "rd");
}

// "+05:30".
std::string offset_text(const ZoneTime& zone, std::string_view separator) {
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(zone.offset).count();
  return fmt::format("{}{:02}{}{:02}", minutes < 0 ? '-' : '+', std::abs(minutes) / 60, separator,
                     std::abs(minutes) % 60);
}

std::string date_token(std::string_view token, const MomentParts& parts) {
  const int year = static_cast<int>(parts.date.year());
  const int month = static_cast<int>(static_cast<unsigned>(parts.date.month()));
  const int day = static_cast<int>(static_cast<unsigned>(parts.date.day()));
  const auto weekday = parts.weekday.c_encoding();
  const std::string_view month_name = month_names.at(static_cast<std::size_t>(month - 1));
  const std::string_view day_name = day_names.at(weekday);
  if (token == "YYYY") return fmt::format("{:04}", year);
  if (token == "YY") return fmt::format("{:02}", year % 100);
  if (token == "Q") return fmt::format("{}", (month + 2) / 3);
  if (token == "Qo") return ordinal((month + 2) / 3);
  if (token == "MMMM") return std::string(month_name);
  if (token == "MMM") return std::string(month_name.substr(0, 3));
  if (token == "MM") return fmt::format("{:02}", month);
  if (token == "Mo") return ordinal(month);
  if (token == "M") return fmt::format("{}", month);
  if (token == "DDDD") return fmt::format("{:03}", parts.day_of_year);
  if (token == "DDDo") return ordinal(parts.day_of_year);
  if (token == "DDD") return fmt::format("{}", parts.day_of_year);
  if (token == "DD") return fmt::format("{:02}", day);
  if (token == "Do") return ordinal(day);
  if (token == "D") return fmt::format("{}", day);
  if (token == "dddd") return std::string(day_name);
  if (token == "ddd") return std::string(day_name.substr(0, 3));
  if (token == "dd") return std::string(day_name.substr(0, 2));
  if (token == "do") return ordinal(static_cast<int>(weekday));
  if (token == "d") return fmt::format("{}", weekday);
  if (token == "E") return fmt::format("{}", parts.weekday.iso_encoding());
  if (token == "GGGG") return fmt::format("{:04}", parts.iso_year);
  if (token == "GG") return fmt::format("{:02}", parts.iso_year % 100);
  if (token == "WW") return fmt::format("{:02}", parts.iso_week);
  if (token == "Wo") return ordinal(parts.iso_week);
  return fmt::format("{}", parts.iso_week);
}

std::string clock_token(std::string_view token, const MomentParts& parts) {
  const auto hour = parts.clock.hours().count();
  const auto minute = parts.clock.minutes().count();
  const auto second = parts.clock.seconds().count();
  const auto millisecond = parts.clock.subseconds().count();
  const auto twelve = hour % 12 == 0 ? 12 : hour % 12;
  if (token == "HH") return fmt::format("{:02}", hour);
  if (token == "H") return fmt::format("{}", hour);
  if (token == "hh") return fmt::format("{:02}", twelve);
  if (token == "h") return fmt::format("{}", twelve);
  if (token == "kk") return fmt::format("{:02}", hour == 0 ? 24 : hour);
  if (token == "k") return fmt::format("{}", hour == 0 ? 24 : hour);
  if (token == "mm") return fmt::format("{:02}", minute);
  if (token == "m") return fmt::format("{}", minute);
  if (token == "ss") return fmt::format("{:02}", second);
  if (token == "s") return fmt::format("{}", second);
  if (token == "SSS") return fmt::format("{:03}", millisecond);
  if (token == "SS") return fmt::format("{:02}", millisecond / 10);
  if (token == "S") return fmt::format("{}", millisecond / 100);
  if (token == "A") return hour < 12 ? "AM" : "PM";
  if (token == "a") return hour < 12 ? "am" : "pm";
  if (token == "Z") return offset_text(parts.zone, ":");
  if (token == "ZZ") return offset_text(parts.zone, "");
  if (token == "z" || token == "zz") return parts.zone.name;
  return fmt::format("{}", parts.seconds);
}

}  // namespace

std::string moment_format(Clock::Wall time, std::string_view format, const ZoneTime& zone) {
  const auto parts = parts_of(time, zone);
  std::string out;
  while (!format.empty()) {
    if (const auto end = format.find(']'); format.front() == '[' && end != std::string_view::npos) {
      out += format.substr(1, end - 1);
      format.remove_prefix(end + 1);
      continue;
    }
    const auto token = std::ranges::find_if(moment_tokens, [&](auto one) { return format.starts_with(one); });
    if (token == moment_tokens.end()) {
      out += format.front();
      format.remove_prefix(1);
      continue;
    }
    const bool of_date = std::string_view("YQMDdEGW").find(token->front()) != std::string_view::npos;
    out += of_date ? date_token(*token, parts) : clock_token(*token, parts);
    format.remove_prefix(token->size());
  }
  return out;
}

}  // namespace polyarch::app
