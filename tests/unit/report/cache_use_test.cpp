#include "report/cache_use.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "report/run_json.hpp"
#include "report/writers.hpp"
#include "unit/report/sample.hpp"

namespace polyarch::report {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

// Two builders that import and export, and a step that both ran.
Run cached_run(int hits, int export_ms) {
  auto run = make_run({make_leg(amd64), make_leg(arm64)});
  for (auto& leg : run.legs) leg.cached_steps = hits;
  run.steps = {done("importing cache manifest from registry/app:cache-amd64", std::nullopt, 100),
               done("importing cache manifest from registry/app:cache-arm64", std::nullopt, 200),
               done("[linux/amd64 build 2/4] RUN make", amd64, 3'000),
               done("[internal] load build context", std::nullopt, 9'000),
               cached("[linux/arm64 build 2/4] RUN make", arm64),
               done("exporting to image", std::nullopt, 9'000),
               done("exporting cache to registry", std::nullopt, export_ms)};
  return run;
}

TEST(CacheUse, AddsUpWhatTheLayerCacheTookAndGave) {
  EXPECT_THAT(cache_lines(cached_run(5, 4'000)),
              ElementsAre("Layer cache: 10 of 14 steps, 0.3s to import, 4.0s to export"));
  EXPECT_THAT(cache_lines(make_run({make_leg(amd64)})), IsEmpty()) << "no cache, no word";
}

TEST(CacheUse, WarnsOfAnExportThatCannotPay) {
  const auto warnings = costly_cache(cached_run(0, 30'000));
  ASSERT_THAT(warnings, SizeIs(1));
  EXPECT_EQ(warnings[0].message, "exporting the layer cache took 30s, and all the steps that it can spare took 3.0s");
  EXPECT_EQ(warnings[0].hint, "build with --cache off");
  EXPECT_THAT(costly_cache(cached_run(0, 4'000)), IsEmpty()) << "not by over a second";
  EXPECT_THAT(costly_cache(cached_run(1, 30'000)), IsEmpty()) << "what the hits spared is not known";
}

TEST(CacheUse, TellsOfEveryMount) {
  auto run = make_run({make_leg(amd64)});
  run.mounts = {{"go-build\n<b>", amd64, MountTransfer{3, 2'000, 1'000, std::chrono::milliseconds(1'500)},
                 MountTransfer{4, 3'000, 10, std::chrono::milliseconds(500)}},
                {"unused", amd64, std::nullopt, std::nullopt}};
  ASSERT_THAT(cache_lines(run), SizeIs(1));
  EXPECT_THAT(cache_lines(run)[0],
              HasSubstr("3 files (2.0 kB) restored in 1.5s, 1.0 kB moved; 4 files (3.0 kB) saved"));
  EXPECT_THAT(cache_lines(run)[0], Not(HasSubstr("\n")));
  EXPECT_THAT(to_markdown(run), HasSubstr("&#60;b&#62; on linux/amd64"));
  EXPECT_THAT(to_html(run), Not(HasSubstr("<b>")));
  const auto again = parse_report(to_json(run), "report.json");
  ASSERT_THAT(again.mounts, SizeIs(2));
  EXPECT_EQ(again.mounts[0].saved->moved_bytes, 10U);
  EXPECT_EQ(again.mounts[0].restored->duration, std::chrono::milliseconds(1'500));
  EXPECT_FALSE(again.mounts[1].saved);
}

TEST(CacheUse, BoundsAndRefusesHostileMounts) {
  auto run = make_run({make_leg(amd64)});
  run.mounts = {{std::string(1 << 20, 'x'), amd64, std::nullopt, MountTransfer{1, 1, 1, {}}}};
  EXPECT_LT(parse_report(to_json(run), "report.json").mounts[0].id.size(), 4096U);
  auto object = run_json(run);
  object["cache_mounts"][0].erase("platform");
  EXPECT_THROW(parse_run(object, "report.json"), Error);
  object["cache_mounts"] = "none";
  EXPECT_THROW(parse_run(object, "report.json"), Error);
}

}  // namespace
}  // namespace polyarch::report
