#include "app/time_zone.hpp"

#include <ctime>
#include <filesystem>
#include <gmock/gmock.h>

#include "app/moment_format.hpp"
#include "base/error.hpp"
#include "sys/files.hpp"

namespace polyarch::app {
namespace {

Clock::Wall at_second(std::int64_t second) {
  return Clock::Wall{std::chrono::seconds(second)};
}

// 2020-MONTH-DAY HOUR:00 UTC.
std::int64_t in_2020(unsigned month, unsigned day, int hour) {
  const std::chrono::sys_days date = std::chrono::year(2020) / std::chrono::month(month) / std::chrono::day(day);
  return std::chrono::sys_seconds(date).time_since_epoch().count() + hour * 3600;
}

// "+3600 CET".
std::string said(const ZoneTime& time) {
  return (time.offset.count() < 0 ? "" : "+") + std::to_string(time.offset.count()) + " " + time.name;
}

std::string by_rule(std::string_view rule, std::int64_t second) {
  const auto parsed = ZoneRule::parse(rule);
  return parsed ? said(parsed->at(second)) : "no rule";
}

TEST(ZoneRule, TurnsTheClocks) {
  const struct {
    const char* rule;
    std::int64_t second;
    const char* time;
  } examples[] = {
      {"JST-9", in_2020(7, 1, 0), "+32400 JST"},
      {"<-03>3", in_2020(7, 1, 0), "-10800 -03"},
      {"<+0545>-5:45", 0, "+20700 +0545"},
      {"XXX1:02:03", 0, "-3723 XXX"},
      // the last Sunday of March and of October, at 01:00 UTC
      {"CET-1CEST,M3.5.0,M10.5.0/3", in_2020(3, 29, 1) - 1, "+3600 CET"},
      {"CET-1CEST,M3.5.0,M10.5.0/3", in_2020(3, 29, 1), "+7200 CEST"},
      {"CET-1CEST,M3.5.0,M10.5.0/3", in_2020(10, 25, 1) - 1, "+7200 CEST"},
      {"CET-1CEST,M3.5.0,M10.5.0/3", in_2020(10, 25, 1), "+3600 CET"},
      {"EST5EDT,M3.2.0,M11.1.0", in_2020(3, 8, 7) - 1, "-18000 EST"},
      {"EST5EDT,M3.2.0,M11.1.0", in_2020(3, 8, 7), "-14400 EDT"},
      // over the turn of the year
      {"AEST-10AEDT,M10.1.0,M4.1.0/3", in_2020(1, 1, 0), "+39600 AEDT"},
      {"AEST-10AEDT,M10.1.0,M4.1.0/3", in_2020(7, 1, 0), "+36000 AEST"},
      // Ireland's winter is what is turned to
      {"IST-1GMT0,M10.5.0,M3.5.0/1", in_2020(1, 1, 0), "+0 GMT"},
      {"IST-1GMT0,M10.5.0,M3.5.0/1", in_2020(7, 1, 0), "+3600 IST"},
      // days of the year: the 60th is 1 March for J, 29 February else; negative hours are of the day before
      {"AAA0BBB,J60/0,J300/0", in_2020(3, 1, 0), "+3600 BBB"},
      {"AAA0BBB,J60/0,J300/0", in_2020(2, 29, 23), "+0 AAA"},
      {"AAA0BBB,59/0,299/0", in_2020(2, 29, 0), "+3600 BBB"},
      {"AAA0BBB-2,J60/-1,J300", in_2020(2, 29, 23), "+7200 BBB"},
  };
  for (const auto& example : examples)
    EXPECT_EQ(by_rule(example.rule, example.second), example.time) << example.rule << " at " << example.second;
}

TEST(ZoneRule, IsNothingElse) {
  for (const auto* rule : {"",
                           "A",
                           "CET",
                           "CET-",
                           "CET-168",
                           "CET-1000",
                           "<CET-1",
                           "CET-1CEST",
                           "CET-1CEST,",
                           "CET-1CEST,M3.5.0",
                           "CET-1CEST,M3.5.0,",
                           "CET-1CEST,M13.5.0,M10.5.0",
                           "CET-1CEST,M3.0.0,M10.5.0",
                           "CET-1CEST,M3.6.0,M10.5.0",
                           "CET-1CEST,M3.5.7,M10.5.0",
                           "CET-1CEST,J0,J1",
                           "CET-1CEST,J366,J1",
                           "CET-1CEST,366,1",
                           "CET-1CEST,1/168,2",
                           "CET-1CEST,M3.5.0,M10.5.0/3x",
                           "CET-1:60",
                           "CET-1 CEST"}) {
    EXPECT_FALSE(ZoneRule::parse(rule)) << rule;
  }
}

std::string number(std::uint64_t value, int width) {
  std::string out;
  while (width-- > 0) out += static_cast<char>(value >> (8U * static_cast<unsigned>(width)));
  return out;
}

// A file as the database has it: until 1000, LMT; then XST, until 2000, when the clocks go on by an hour.
struct SampleZone {
  char version = '2';
  std::uint64_t leaps = 0;
  std::vector<std::int64_t> transitions{1000, 2000};
  std::vector<unsigned> kinds{1, 2};
  std::vector<int> offsets{-100, 3600, 7200};
  std::vector<unsigned> names{0, 4, 8};
  std::string footer = "\nXST-1\n";

  std::string bytes() const {
    const std::string letters("LMT\0XST\0XDT\0", 12);
    const auto head = [&](std::uint64_t times, std::uint64_t types, std::uint64_t count) {
      return "TZif" + std::string(1, version) + std::string(15, '\0') + number(0, 8) + number(leaps, 4) +
             number(times, 4) + number(types, 4) + number(count, 4);
    };
    auto out = head(0, 1, 1) + number(0, 7);  // for old readers
    out += std::string(leaps * 8, '\0') + head(transitions.size(), offsets.size(), letters.size());
    for (const auto second : transitions) out += number(static_cast<std::uint64_t>(second), 8);
    for (const auto kind : kinds) out += number(kind, 1);
    for (std::size_t i = 0; i < offsets.size(); ++i)
      out += number(static_cast<std::uint32_t>(offsets[i]), 4) + number(0, 1) + number(names[i], 1);
    return out + letters + std::string(leaps * 12, '\0') + footer;
  }
};

TEST(TimeZone, ReadsAFile) {
  const auto zone = TimeZone::parse(SampleZone{}.bytes());
  EXPECT_EQ(said(zone.at(at_second(-5))), "-100 LMT");
  EXPECT_EQ(said(zone.at(at_second(999))), "-100 LMT");
  EXPECT_EQ(said(zone.at(at_second(1000))), "+3600 XST");
  EXPECT_EQ(said(zone.at(at_second(1999))), "+3600 XST");
  EXPECT_EQ(said(zone.at(at_second(2000))), "+3600 XST") << "the rule holds after the last transition";
  const auto without_rule = TimeZone::parse(SampleZone{.footer = "\n\n"}.bytes());
  EXPECT_EQ(said(without_rule.at(at_second(2000))), "+7200 XDT");
  const auto fixed = TimeZone::parse(SampleZone{.transitions = {}, .kinds = {}, .footer = "\n\n"}.bytes());
  EXPECT_EQ(said(fixed.at(at_second(0))), "-100 LMT");
}

TEST(TimeZone, RefusesWhatIsNone) {
  const std::pair<const char*, std::string> bad[] = {
      {"nothing", ""},
      {"text", "# tzdb links\n"},
      {"old", SampleZone{.version = '\0'}.bytes()},
      {"leap seconds", SampleZone{.leaps = 1}.bytes()},
      {"no time", SampleZone{.transitions = {}, .kinds = {}, .offsets = {}}.bytes()},
      {"a kind too many", SampleZone{.kinds = {1, 3}}.bytes()},
      {"a name too many", SampleZone{.names = {0, 4, 12}}.bytes()},
      {"far away", SampleZone{.offsets = {0, 0, 2'000'000'000}}.bytes()},
      {"order", SampleZone{.transitions = {2000, 1000}}.bytes()},
      {"no end", SampleZone{.footer = ""}.bytes()},
      {"half an end", SampleZone{.footer = "\n"}.bytes()},
      {"bad rule", SampleZone{.footer = "\nX\n"}.bytes()},
      {"large", SampleZone{.footer = "\n" + std::string(2U << 20, 'x') + "\n"}.bytes()},
  };
  for (const auto& [what, bytes] : bad) EXPECT_THROW(TimeZone::parse(bytes), Error) << what;
  const auto whole = SampleZone{}.bytes();
  for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_THROW(TimeZone::parse(whole.substr(0, size)), Error);
  auto hungry = whole;
  for (std::size_t i = 20; i < 44; ++i) hungry[i] = '\xff';
  EXPECT_THROW(TimeZone::parse(hungry), Error);
}

TEST(TimeZones, AreFoundByTheirNamesAlone) {
  const sys::TemporaryDirectory directory;
  std::filesystem::create_directory(directory.path() / "Zones");
  for (const auto* name : {"Zones/X-1_y+2", "secret"}) sys::write_file(directory.path() / name, SampleZone{}.bytes());
  const auto zones = machine_time_zones((directory.path() / "Zones").string());
  EXPECT_TRUE(zones("X-1_y+2"));
  const auto absolute = (directory.path() / "secret").string();
  for (const std::string_view name : {std::string_view("../secret"), std::string_view(absolute), std::string_view(),
                                      std::string_view("."), std::string_view("/"), std::string_view("X-1_y+2/"),
                                      std::string_view("X-1_y+2\0", 8), std::string_view("none")}) {
    EXPECT_FALSE(zones(name)) << name;
  }
}

// The C library reads the same files.
TEST(TimeZones, AgreeWithTheLibrary) {
  const auto zones = machine_time_zones({});
  if (!zones("Europe/Berlin")) GTEST_SKIP() << "there is no tzdata";
  const char* before = std::getenv("TZ");
  const std::string kept = before == nullptr ? "" : before;
  for (const auto* name : {"Europe/Berlin", "America/New_York", "Asia/Tokyo", "Asia/Kathmandu", "Australia/Lord_Howe",
                           "America/Sao_Paulo", "Europe/Dublin", "Africa/Casablanca", "Pacific/Chatham", "Etc/GMT+5"}) {
    const auto zone = zones(name);
    ASSERT_TRUE(zone) << name;
    setenv("TZ", name, 1);
    tzset();
    // From 1970 to 2100, at odd times.
    for (std::time_t second = 0; second < 4'102'444'800; second += 1'234'567) {
      std::tm local{};
      localtime_r(&second, &local);
      const auto ours = zone->at(at_second(second));
      ASSERT_EQ(said(ours), said({std::chrono::seconds(local.tm_gmtoff), local.tm_zone})) << name << " " << second;
    }
  }
  if (before == nullptr)
    unsetenv("TZ");
  else
    setenv("TZ", kept.c_str(), 1);
  tzset();
}

TEST(MomentFormat, ShowsTheTimeOfAZone) {
  const auto time = at_second(1'578'616'200);  // 2020-01-10 00:30:00 UTC
  const auto shown = [&](int minutes, const char* name) {
    return moment_format(time, "YYYY-MM-DD HH:mm Z ZZ z zz X", {std::chrono::minutes(minutes), name});
  };
  EXPECT_EQ(shown(0, "UTC"), "2020-01-10 00:30 +00:00 +0000 UTC UTC 1578616200");
  EXPECT_EQ(shown(345, "+0545"), "2020-01-10 06:15 +05:45 +0545 +0545 +0545 1578616200");
  EXPECT_EQ(shown(-210, "NST"), "2020-01-09 21:00 -03:30 -0330 NST NST 1578616200");
}

}  // namespace
}  // namespace polyarch::app
