#include <algorithm>
#include <fmt/core.h>

#include "app/plan.hpp"
#include "base/text.hpp"

namespace polyarch::app {
namespace {

template <class Items, class Name>
std::string joined_names(const Items& items, Name name) {
  std::vector<std::string> out;
  for (const auto& item : items) out.push_back(name(item));
  return text::join(out, ", ");
}

std::string platform_name(const oci::Platform& platform) {
  return platform.str();
}

std::string builder_name(const BuilderPlan& builder) {
  if (!builder.create) return builder.name;
  return builder.create->endpoint.empty() ? "a new builder" : builder.create->endpoint;
}

std::string row(std::string_view title, std::string_view value) {
  return fmt::format("{:<12} {}\n", title, value);
}

std::string leg_lines(const Plan& plan) {
  std::vector<std::string> builders;
  std::size_t width = 7;
  for (const auto& leg : plan.legs) {
    const auto& builder = plan.builders[leg.builder];
    builders.push_back(fmt::format("{} ({})", builder_name(builder), builder.driver));
    width = std::max(width, text::columns(builders.back()));
  }
  auto out = fmt::format("\n{:<16} {:<8} {:<{}}  {}\n", "PLATFORM", "RUNS", "BUILDER", width, "TESTS");
  for (std::size_t i = 0; i < plan.legs.size(); ++i) {
    const auto& leg = plan.legs[i];
    auto tests = leg.tests;
    for (const auto& stage : leg.test_targets) tests.push_back("stage " + stage);
    out += fmt::format("{:<16} {:<8} {:<{}}  {}{}\n", leg.platform.str(), leg.emulated ? "emulated" : "native",
                       builders[i], width, tests.empty() ? "none" : text::join(tests, "; "),
                       leg.optional ? "  (optional)" : "");
  }
  return out;
}

std::string pushes(const Plan& plan) {
  if (plan.push == PushWith::none) return "nothing";
  return fmt::format("{} (by the {}), as {}",
                     joined_names(plan.targets.repositories(), [](const auto& repository) { return repository.str(); }),
                     to_string(plan.push), plan.as_index ? "one index" : "one image");
}

// "ID: TAG TAG", of each mount that is kept.
std::vector<std::string> mount_lines(const Plan& plan) {
  std::vector<std::string> out;
  for (const auto& job : plan.mounts.jobs) {
    for (const auto& mount : job.mounts) {
      out.push_back(mount.id + ": " + text::join(mount_tags(mount, plan.mounts.scope), " "));
    }
  }
  return out;
}

Json argv_json(const Plan& plan, const SolvePlan& solve) {
  const auto& builder = plan.builders[solve.builder];
  return buildkit::build_argv(staging_solve(plan, solve, builder_name(builder), "<directory>"), "<metadata>");
}

Json strings(const auto& items, auto name) {
  Json out = Json::array();
  for (const auto& item : items) out.push_back(name(item));
  return out;
}

Json leg_json(const Plan& plan, const LegPlan& leg) {
  Json out{{"platform", leg.platform.str()}, {"optional", leg.optional}, {"emulated", leg.emulated},
           {"builder", leg.builder},         {"tests", leg.tests},       {"test_targets", leg.test_targets},
           {"tags", Json::array()}};
  const auto own = plan.targets.own.find(leg.platform);
  if (own != plan.targets.own.end()) out["tags"] = strings(own->second, [](const auto& tag) { return tag.str(); });
  return out;
}

}  // namespace

std::string plan_table(const Plan& plan, bool color) {
  auto out = color ? std::string("\x1b[1mPlan\x1b[0m\n") : std::string("Plan\n");
  out += row("run", plan.run_id);
  out += row("context", plan.context);
  if (!plan.dockerfile.empty()) out += row("dockerfile", plan.dockerfile);
  if (!plan.emulators.empty()) out += row("emulators", "register QEMU for " + oci::names(plan.emulators));
  out += row("solves", fmt::format("{}", plan.solves.size()));
  out += row("cache", plan.cache.from.empty() ? "off" : plan.cache.to.empty() ? "read only" : "read and write");
  for (const auto& cache : plan.cache.from) out += row("", cache);
  for (const auto& mount : mount_lines(plan)) out += row("cache mount", mount);
  out += row("pushes", pushes(plan));
  out += row("tags", plan.targets.tags.empty() ? "none" : joined_names(plan.targets.tags, [](const auto& tag) {
               return tag.str();
             }));
  if (plan.names) out += row("version", plan.names->version);
  if (plan.load || !plan.targets.exports.empty()) {
    out += row("exports", text::join(plan.targets.exports, " ") + (plan.load ? " local Engine" : ""));
  }
  out += leg_lines(plan);
  for (const auto& warning : plan.warnings) out += fmt::format("\nwarning: {}\n  {}\n", warning.message, warning.hint);
  return out;
}

Json plan_json(const Plan& plan) {
  Json out{{"schema", "polyarch.plan/v1"},
           {"run", plan.run_id},
           {"context", plan.context},
           {"dockerfile", plan.dockerfile},
           {"push", to_string(plan.push)},
           {"index", plan.as_index},
           {"load", plan.load},
           {"exports", plan.targets.exports},
           {"emulators", strings(plan.emulators, platform_name)},
           {"tags", strings(plan.targets.tags, [](const auto& tag) { return tag.str(); })},
           {"names", plan.names ? plan.names->to_json() : Json()},
           {"cache_mounts", mount_lines(plan)},
           {"cache", {{"from", plan.cache.from}, {"to", plan.cache.to}}},
           {"annotations", {{"index", plan.index_annotations}, {"descriptor", plan.descriptor_annotations}}},
           {"builders", Json::array()},
           {"legs", Json::array()},
           {"solves", Json::array()},
           {"warnings", strings(plan.warnings, [](const auto& warning) { return warning.message; })}};
  for (const auto& builder : plan.builders) {
    out["builders"].push_back(
        {{"name", builder_name(builder)}, {"driver", builder.driver}, {"created", builder.create.has_value()}});
  }
  for (const auto& leg : plan.legs) out["legs"].push_back(leg_json(plan, leg));
  for (const auto& solve : plan.solves) {
    out["solves"].push_back({{"builder", solve.builder},
                             {"platforms", strings(solve.platforms, platform_name)},
                             {"argv", argv_json(plan, solve)}});
  }
  return out;
}

}  // namespace polyarch::app
