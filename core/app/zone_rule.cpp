#include "app/zone_rule.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace polyarch::app {
namespace {

constexpr std::int64_t day_seconds = 86400;

bool take_char(std::string_view& text, char wanted) {
  if (!text.starts_with(wanted)) return false;
  text.remove_prefix(1);
  return true;
}

// A number of at most three digits, no more than `most`.
std::optional<unsigned> take_small(std::string_view& text, unsigned most) {
  const auto end = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = end > 3 ? std::nullopt : text::to_number(text.substr(0, end));
  if (!number || *number > most) return std::nullopt;
  text.remove_prefix(end);
  return static_cast<unsigned>(*number);
}

// "CET", or "<-03>" for a name that is no word.
std::optional<std::string> take_zone_name(std::string_view& text) {
  const bool framed = take_char(text, '<');
  std::size_t end = 0;
  const auto fits = [&](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (framed && ((c >= '0' && c <= '9') || c == '+' || c == '-'));
  };
  while (end < text.size() && fits(text[end])) ++end;
  std::string name(text.substr(0, end));
  text.remove_prefix(end);
  if (name.size() < 3 || (framed && !take_char(text, '>'))) return std::nullopt;
  return name;
}

// "-1", "5:30", "+167:59:59" in seconds.
std::optional<std::int64_t> take_clock(std::string_view& text) {
  const int sign = take_char(text, '-') ? -1 : 1;
  if (sign == 1) take_char(text, '+');
  const auto hours = take_small(text, 167);
  if (!hours) return std::nullopt;
  std::int64_t seconds = *hours * std::int64_t{3600};
  for (const int unit : {60, 1}) {
    if (!take_char(text, ':')) break;
    const auto part = take_small(text, 59);
    if (!part) return std::nullopt;
    seconds += static_cast<std::int64_t>(*part) * unit;
  }
  return sign * seconds;
}

// POSIX counts to the west.
std::optional<std::chrono::seconds> take_offset_east(std::string_view& text) {
  const auto west = take_clock(text);
  return west ? std::optional(std::chrono::seconds(-*west)) : std::nullopt;
}

}  // namespace

std::optional<ZoneRule::Change> ZoneRule::Change::take(std::string_view& text) {
  Change change;
  const auto number = [&](unsigned& into, unsigned least, unsigned most) {
    const auto found = take_small(text, most);
    into = found.value_or(0);
    return found && into >= least;
  };
  bool good = false;
  if (take_char(text, 'M')) {
    good = number(change.month, 1, 12) && take_char(text, '.') && number(change.week, 1, 5) && take_char(text, '.') &&
           number(change.day, 0, 6);
  } else if (take_char(text, 'J')) {
    change.kind = Kind::julian;
    good = number(change.day, 1, 365);
  } else {
    change.kind = Kind::zero_based;
    good = number(change.day, 0, 365);
  }
  if (!good) return std::nullopt;
  if (!take_char(text, '/')) return change;
  const auto second = take_clock(text);
  if (!second) return std::nullopt;
  change.second = *second;
  return change;
}

std::int64_t ZoneRule::Change::in(std::chrono::year year) const {
  using std::chrono::days;
  std::chrono::sys_days date = year / 1 / 1;
  if (kind == Kind::weekday) {
    const auto in_month = year / std::chrono::month(month);
    const std::chrono::weekday wanted(day);
    date = week == 5 ? std::chrono::sys_days(in_month / wanted[std::chrono::last])
                     : std::chrono::sys_days(in_month / wanted[week]);
  } else if (kind == Kind::julian) {  // knows no 29 February
    date += days(day - 1 + (year.is_leap() && day >= 60 ? 1 : 0));
  } else {
    date += days(day);
  }
  return date.time_since_epoch().count() * day_seconds + second;
}

std::optional<ZoneRule> ZoneRule::parse(std::string_view text) {
  ZoneRule rule;
  auto name = take_zone_name(text);
  const auto offset = name ? take_offset_east(text) : std::nullopt;
  if (!offset) return std::nullopt;
  rule.standard_ = {*offset, *std::move(name)};
  if (text.empty()) return rule;
  name = take_zone_name(text);
  if (!name) return std::nullopt;
  Summer summer{{*offset + std::chrono::hours(1), *std::move(name)}, {}, {}};
  if (!text.starts_with(',')) {
    const auto own = take_offset_east(text);
    if (!own) return std::nullopt;
    summer.time.offset = *own;
  }
  for (auto* change : {&summer.begin, &summer.end}) {
    const auto found = take_char(text, ',') ? Change::take(text) : std::nullopt;
    if (!found) return std::nullopt;
    *change = *found;
  }
  if (!text.empty()) return std::nullopt;
  rule.summer_ = std::move(summer);
  return rule;
}

ZoneTime ZoneRule::at(std::int64_t second) const {
  if (!summer_) return standard_;
  const auto local = std::chrono::sys_seconds(std::chrono::seconds(second) + standard_.offset);
  const auto year = std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(local)).year();
  const auto begin = summer_->begin.in(year)-standard_.offset.count();
  const auto end = summer_->end.in(year)-summer_->time.offset.count();
  // South of the equator, it lasts over the turn of the year.
  const bool is_summer = begin < end ? begin <= second && second < end : begin <= second || second < end;
  return is_summer ? summer_->time : standard_;
}

}  // namespace polyarch::app
