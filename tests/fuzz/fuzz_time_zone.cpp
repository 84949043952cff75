#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string_view>

#include "app/time_zone.hpp"
#include "base/error.hpp"

// What was read tells the time at any moment that the clock can hold, no more than a week from UTC.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using polyarch::Clock;
  try {
    const auto zone = polyarch::app::TimeZone::parse({reinterpret_cast<const char*>(data), size});
    for (const auto time : {Clock::Wall::min(), Clock::Wall{}, Clock::Wall{std::chrono::seconds(1'578'616'200)},
                            Clock::Wall{std::chrono::seconds(1'593'561'600)}, Clock::Wall::max()}) {
      if (std::chrono::abs(zone.at(time).offset) > std::chrono::days(8)) __builtin_trap();
    }
  } catch (const polyarch::Error&) {
  }
  return 0;
}
