#include "app/plan_matrix.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace polyarch::app {
namespace {

constexpr const char* arm_runner = "ubuntu-24.04-arm";
constexpr const char* other_runner = "ubuntu-latest";

std::map<oci::Platform, Json> parse_runners(const std::vector<std::string>& runners) {
  std::map<oci::Platform, Json> out;
  for (const auto& text : runners) {
    const auto pair = text::cut(text, '=');
    const auto labels = pair ? text::trim(pair->second) : std::string_view();
    if (labels.empty()) {
      throw Error(ErrorKind::usage, fmt::format("--runner {} names no runner", text),
                  "write PLATFORM=LABEL, such as linux/arm64=ubuntu-24.04-arm");
    }
    auto& runner = out[oci::Platform::parse(text::trim(pair->first))];
    if (labels.find(',') == labels.npos) {
      runner = labels;
      continue;
    }
    runner = Json::array();
    for (const auto label : text::split(labels, ',')) runner.push_back(text::trim(label));
  }
  return out;
}

}  // namespace

Json plan_matrix(const Plan& plan, const std::vector<std::string>& runners) {
  auto given = parse_runners(runners);
  auto include = Json::array();
  for (const auto& leg : plan.legs) {
    auto own = given.extract(leg.platform);
    const auto* usual = leg.platform.architecture.starts_with("arm") ? arm_runner : other_runner;
    include.push_back({{"platform", leg.platform.str()}, {"runner", own ? own.mapped() : Json(usual)}});
  }
  if (!given.empty()) {
    throw Error(ErrorKind::usage, fmt::format("--runner {} is not built", given.begin()->first.str()),
                "add it to --platform");
  }
  return {{"include", include}};
}

}  // namespace polyarch::app
