#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace polyarch::app {

// How far the clocks of a place are ahead of UTC, and what that time is called: "CEST".
struct ZoneTime {
  std::chrono::seconds offset{0};
  std::string name = "UTC";
};

// The rule that TZif files end with, as POSIX writes it: "CET-1CEST,M3.5.0,M10.5.0/3".
class ZoneRule {
 public:
  // nullopt: it is none.
  static std::optional<ZoneRule> parse(std::string_view text);
  // `second`: since 1970, UTC.
  ZoneTime at(std::int64_t second) const;

 private:
  // A day of every year, and a second of it.
  struct Change {
    enum class Kind { julian, zero_based, weekday } kind = Kind::weekday;
    unsigned day = 0;  // of the year, or of the week
    unsigned month = 1;
    unsigned week = 1;  // 5: the last
    std::int64_t second = 7200;

    static std::optional<Change> take(std::string_view& text);
    std::int64_t in(std::chrono::year year) const;  // since 1970, on the clocks there
  };
  struct Summer {
    ZoneTime time;
    Change begin, end;
  };

  ZoneTime standard_;
  std::optional<Summer> summer_;
};

}  // namespace polyarch::app
