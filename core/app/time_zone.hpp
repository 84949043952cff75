#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/zone_rule.hpp"
#include "base/clock.hpp"

namespace polyarch::app {

// What the clocks of a place show, from a TZif file of the time zone database (RFC 8536).
class TimeZone {
 public:
  // Throws Error{input} on what is none, on files above 1 MiB, and on those that count leap seconds.
  static TimeZone parse(std::string_view bytes);
  ZoneTime at(Clock::Wall time) const;

 private:
  struct Transition {
    std::int64_t second = 0;  // since 1970
    std::size_t type = 0;
  };

  std::vector<Transition> transitions_;
  std::vector<ZoneTime> types_;     // the first holds before every transition
  std::optional<ZoneRule> ending_;  // holds after the last one
};

// A zone by its name in the database, "Europe/Berlin"; nullopt: there is none.
using TimeZones = std::function<std::optional<TimeZone>(std::string_view name)>;

// Those of this machine: in $TZDIR, else where systems keep them.
TimeZones machine_time_zones(std::optional<std::string> tzdir);

}  // namespace polyarch::app
