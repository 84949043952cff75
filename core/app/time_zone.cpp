#include "app/time_zone.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "sys/files.hpp"

namespace polyarch::app {
namespace {

constexpr std::size_t largest_zone = 1U << 20;

[[noreturn]] void refuse_zone(const char* why) {
  throw Error(ErrorKind::input, fmt::format("a file of the time zone database {}", why), "install tzdata anew");
}

// Takes bytes off the front of a file.
class ZoneBytes {
 public:
  explicit ZoneBytes(std::string_view bytes) : bytes_(bytes) {}

  std::string_view take(std::size_t count) {
    if (count > bytes_.size()) refuse_zone("is cut off");
    const auto out = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return out;
  }
  std::uint64_t unsigned_number(std::size_t width) {
    std::uint64_t out = 0;
    for (const char c : take(width)) out = out << 8U | static_cast<unsigned char>(c);
    return out;
  }
  std::string_view rest() const { return bytes_; }

 private:
  std::string_view bytes_;
};

struct ZoneHeader {
  char version = 0;
  std::size_t utc_marks, standard_marks, leaps, transitions, types, letters;

  explicit ZoneHeader(ZoneBytes& bytes) {
    if (bytes.take(4) != "TZif") refuse_zone("is none");
    version = bytes.take(1).front();
    bytes.take(15);
    for (auto* count : {&utc_marks, &standard_marks, &leaps, &transitions, &types, &letters})
      *count = bytes.unsigned_number(4);
  }
  // Of what follows, with times of `width` bytes.
  std::size_t size(std::size_t width) const {
    return transitions * (width + 1) + types * 6 + letters + leaps * (width + 4) + standard_marks + utc_marks;
  }
};

struct ZoneType {
  std::int32_t offset = 0;
  std::size_t name = 0;  // where its letters begin
};

// "Europe/Berlin": no way out of the directory.
bool is_zone_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '+' ||
           c == '-';
  };
  return name.size() <= 100 && std::ranges::all_of(text::split(name, '/'), [&](std::string_view part) {
           return !part.empty() && std::ranges::all_of(part, fits);
         });
}

}  // namespace

TimeZone TimeZone::parse(std::string_view text) {
  if (text.size() > largest_zone) refuse_zone("is larger than 1 MiB");
  ZoneBytes bytes(text);
  const ZoneHeader old(bytes);
  if (old.version < '2') refuse_zone("is of a version of long ago");
  bytes.take(old.size(4));  // the same for clocks of 32 bits
  const ZoneHeader header(bytes);
  if (header.leaps != 0) refuse_zone("counts leap seconds");
  if (header.types == 0) refuse_zone("tells no time");
  ZoneBytes body(bytes.take(header.size(8)));
  TimeZone zone;
  for (std::size_t i = 0; i < header.transitions; ++i)
    zone.transitions_.push_back({static_cast<std::int64_t>(body.unsigned_number(8)), 0});
  for (auto& transition : zone.transitions_) {
    transition.type = body.unsigned_number(1);
    if (transition.type >= header.types) refuse_zone("names a time that it does not have");
  }
  std::vector<ZoneType> types;
  for (std::size_t i = 0; i < header.types; ++i) {
    const auto offset = static_cast<std::int32_t>(body.unsigned_number(4));
    body.take(1);
    if (std::abs(std::int64_t{offset}) > 7 * 86400) refuse_zone("is more than a week from UTC");
    types.push_back({offset, body.unsigned_number(1)});
  }
  const auto letters = body.take(header.letters);
  for (const auto& type : types) {
    if (type.name >= letters.size()) refuse_zone("names a time that it does not have");
    const auto name = letters.substr(type.name);
    zone.types_.push_back({std::chrono::seconds(type.offset), std::string(name.substr(0, name.find('\0')))});
  }
  const auto before = [](const Transition& a, const Transition& b) { return a.second < b.second; };
  if (!std::ranges::is_sorted(zone.transitions_, before)) refuse_zone("is out of order");
  auto footer = bytes.rest();
  if (!footer.starts_with('\n') || footer.size() < 2 || !footer.ends_with('\n')) refuse_zone("is cut off");
  footer = footer.substr(1, footer.size() - 2);
  zone.ending_ = ZoneRule::parse(footer);
  if (!zone.ending_ && !footer.empty()) refuse_zone("ends with a rule that is none");
  return zone;
}

ZoneTime TimeZone::at(Clock::Wall time) const {
  const auto second = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
  const auto next = std::ranges::upper_bound(transitions_, second, {}, &Transition::second);
  if (next == transitions_.end() && ending_) return ending_->at(second);
  return types_.at(next == transitions_.begin() ? 0 : std::prev(next)->type);
}

TimeZones machine_time_zones(std::optional<std::string> tzdir) {
  return [directory = std::filesystem::path(tzdir.value_or("/usr/share/zoneinfo"))](
             std::string_view name) -> std::optional<TimeZone> {
    const auto file = directory / name;
    std::error_code absent;
    if (!is_zone_name(name) || !std::filesystem::is_regular_file(file, absent)) return std::nullopt;
    return TimeZone::parse(sys::read_file(file, largest_zone));
  };
}

}  // namespace polyarch::app
