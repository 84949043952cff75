#include "app/plan.hpp"

#include <algorithm>
#include <fmt/core.h>

#include "app/builder_choice.hpp"
#include "app/image_annotations.hpp"
#include "app/joint_plan.hpp"
#include "app/scoped.hpp"
#include "app/solve_options.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace polyarch::app {
namespace {

std::vector<LegPlan> plan_legs(const spec::BuildOptions& options, const Facts& facts,
                               const std::vector<BuilderPlan>& builders,
                               const std::map<oci::Platform, std::size_t>& assignment) {
  const auto optional = oci::parse_platforms(options.optional_platforms);
  for (const auto& platform : optional) {
    if (std::ranges::find(facts.run_platforms, platform) == facts.run_platforms.end()) {
      throw Error(ErrorKind::usage, fmt::format("--optional-platform {} is not built", platform.str()),
                  "add it to --platform");
    }
  }
  std::vector<LegPlan> legs;
  for (const auto& platform : facts.platforms) {
    const auto builder = assignment.at(platform);
    legs.push_back({platform, std::ranges::find(optional, platform) != optional.end(),
                    !runs_natively(builders[builder], facts, platform), builder, values_for(options.tests, platform),
                    values_for(options.test_targets, platform)});
  }
  if (optional.size() == facts.run_platforms.size()) {
    throw Error(ErrorKind::usage, "every platform is optional",
                "leave at least one platform out of --optional-platform");
  }
  return legs;
}

// Platforms whose programs the local kernel cannot run yet, though a leg needs it.
std::vector<oci::Platform> missing_emulators(const spec::BuildOptions& options, const Facts& facts, const Plan& plan) {
  std::vector<oci::Platform> out;
  if (options.qemu == "off") return out;
  for (const auto& leg : plan.legs) {
    const bool runs = facts.native.contains(leg.platform) || facts.emulated.contains(leg.platform);
    if (plan.builders[leg.builder].local && !runs) out.push_back(leg.platform);
  }
  return out;
}

bool same_arguments(const buildkit::Solve& a, const buildkit::Solve& b) {
  return a.build_args == b.build_args && a.labels == b.labels && a.secrets == b.secrets &&
         a.build_contexts == b.build_contexts;
}

std::vector<SolvePlan> group_solves(const spec::BuildOptions& options, const Plan& plan, const Facts& facts) {
  std::vector<SolvePlan> out;
  for (const auto& leg : plan.legs) {
    auto solve = solve_options(options, facts, leg.platform);
    const bool alone = options.isolate || leg.optional;
    const auto match = std::ranges::find_if(out, [&](const SolvePlan& other) {
      const auto& first = *std::ranges::find(plan.legs, other.platforms.front(), &LegPlan::platform);
      return !alone && !first.optional && other.builder == leg.builder && same_arguments(other.solve, solve);
    });
    if (match == out.end())
      out.push_back({leg.builder, {leg.platform}, std::move(solve)});
    else
      match->platforms.push_back(leg.platform);
  }
  return out;
}

void plan_cache(const spec::BuildOptions& options, const Facts& facts, Plan& plan) {
  if (options.cache == "off" || (options.cache == "auto" && !plan.staging)) return;
  const auto repository = options.cache == "auto" ? *plan.staging : oci::Repository::parse(options.cache);
  const auto scope =
      cache::layer_scope(facts.host.branch, facts.host.base_branch, facts.host.default_branch, facts.cache_read_only);
  const auto insecure = is_insecure(options, repository.registry);
  plan.cache = cache::layer_cache(repository, facts.platforms, scope, insecure);
  for (auto& solve : plan.solves) {
    const auto own = cache::layer_cache(repository, solve.platforms, scope, insecure);
    std::ranges::copy(own.from, std::back_inserter(solve.solve.cache_from));
    std::ranges::copy(own.to, std::back_inserter(solve.solve.cache_to));
  }
}

PushWith push_with(const spec::BuildOptions& options, const Plan& plan) {
  if (!plan.targets.push) return PushWith::none;
  if (options.push_with == "engine") return PushWith::engine;
  const bool docker =
      std::ranges::any_of(plan.builders, [](const auto& builder) { return builder.driver == "docker"; });
  if (options.push_with == "builder" && docker) {
    throw Error(ErrorKind::usage, "the docker driver cannot push by digest",
                "use --push-with engine, or --driver docker-container");
  }
  return docker ? PushWith::engine : PushWith::builder;
}

// A question makes no image.
void check_call(const spec::BuildOptions& options, const Plan& plan) {
  if (options.call.empty() || options.call == "build" || (!plan.targets.push && !plan.tested())) return;
  throw Error(ErrorKind::usage, fmt::format("--call {} makes no image that could be tested or pushed", options.call),
              "leave out --call, or --push and the tests");
}

// Several solves write several files and images: only directories can be told apart.
void check_exports(const Plan& plan) {
  if (plan.solves.size() < 2) return;
  const bool files = std::ranges::any_of(
      plan.targets.exports, [](const auto& output) { return output.find("type=local") == std::string::npos; });
  if (!plan.load && !files) return;
  throw Error(
      ErrorKind::usage,
      "the platforms are built apart (--isolate, --optional-platform, or values for one platform), so --load and "
      "--output can make no one image of them",
      "use --push or --output type=local, or build the platforms together");
}

// A solve of several platforms makes a directory for each; one of a single platform is given its own.
std::string apart(const std::string& output, const oci::Platform& platform) {
  const auto dest = output.find("dest=");
  if (dest == std::string::npos) return output;
  const auto end = std::min(output.find(',', dest), output.size());
  return output.substr(0, end) + "/" + text::replace_all(platform.str(), "/", "_") + output.substr(end);
}

void warn_of_nothing(const spec::BuildOptions& options, Plan& plan) {
  if (plan.targets.push || plan.load || !plan.targets.exports.empty() || !options.call.empty()) return;
  plan.warnings.push_back({.message = "the image stays in the build cache: nothing says where it should go",
                           .hint = "add --push, --load or --output"});
}

}  // namespace

std::string_view to_string(PushWith push) {
  switch (push) {
    case PushWith::builder:
      return "builder";
    case PushWith::engine:
      return "engine";
    case PushWith::none:
      break;
  }
  return "none";
}

bool Plan::tested() const {
  return std::ranges::any_of(legs, [](const LegPlan& leg) { return !leg.tests.empty() || !leg.test_targets.empty(); });
}

Plan make_plan(const spec::BuildOptions& options, const Facts& facts) {
  for (const auto& [name, values] : {std::pair{"build-arg", &options.build_args},
                                     {"label", &options.labels},
                                     {"secret", &options.secrets},
                                     {"test", &options.tests},
                                     {"test-target", &options.test_targets},
                                     {"builder", &options.builders}}) {
    check_scopes(name, *values, facts.run_platforms);
  }
  Plan plan;
  plan.run_id = facts.run_id;
  plan.context = options.context;
  plan.dockerfile = facts.dockerfile_path;
  plan.load = options.load;
  plan.targets = push_targets(options, facts.run_platforms);
  auto choice = choose_builders(options, facts, plan.targets);
  plan.builders = std::move(choice.builders);
  plan.legs = plan_legs(options, facts, plan.builders, choice.assignment);
  check_call(options, plan);
  plan.emulators = missing_emulators(options, facts, plan);
  plan.push = push_with(options, plan);
  if (plan.targets.push) {
    plan.staging = plan.targets.tags.front().repository;
    plan.insecure_staging = is_insecure(options, plan.staging->registry);
  }
  plan.solves = group_solves(options, plan, facts);
  auto annotations = split_annotations(options.annotations);
  for (auto& solve : plan.solves) solve.solve.annotations = annotations.manifest;
  plan.index_annotations = std::move(annotations.index);
  plan.descriptor_annotations = std::move(annotations.descriptor);
  // buildx pushes one platform without attestations as a bare image; some platforms run nothing else.
  plan.as_index =
      facts.run_platforms.size() > 1 || !plan.index_annotations.empty() || !plan.descriptor_annotations.empty();
  plan.joint = joint_plan(options, facts, plan);
  check_exports(plan);
  plan_cache(options, facts, plan);
  plan.mounts = plan_mounts(options, facts, plan.builders, plan.legs, plan.staging);
  std::ranges::copy(plan.mounts.warnings, std::back_inserter(plan.warnings));
  warn_of_nothing(options, plan);
  return plan;
}

buildkit::Solve staging_solve(const Plan& plan, const SolvePlan& solve, const std::string& builder,
                              const std::filesystem::path& layout) {
  auto out = solve.solve;
  out.builder = builder;
  out.platforms = solve.platforms;
  if (plan.push == PushWith::builder) {
    out.outputs = {fmt::format("type=image,name={},push=true,push-by-digest=true,name-canonical=true{}",
                               plan.staging->str(), plan.insecure_staging ? ",registry.insecure=true" : "") +
                   plan.targets.attributes};
  } else if (plan.needs_layout()) {
    out.outputs = {fmt::format("type=oci,tar=false,dest={}{}", layout.string(), plan.targets.attributes)};
  } else {
    out = export_solve(plan, solve, builder);
    if (out.outputs.empty() && !out.load && out.call.empty()) out.outputs = {"type=cacheonly"};
  }
  return out;
}

buildkit::Solve export_solve(const Plan& plan, const SolvePlan& solve, const std::string& builder) {
  auto out = solve.solve;
  out.builder = builder;
  out.platforms = solve.platforms;
  for (const auto& output : plan.targets.exports) {
    const bool alone = plan.solves.size() > 1 && solve.platforms.size() == 1;
    out.outputs.push_back(alone ? apart(output, solve.platforms.front()) : output);
  }
  out.load = plan.load;
  for (const auto& tag : plan.targets.tags) out.tags.push_back(tag.str());
  for (const auto& platform : solve.platforms) {
    const auto own = plan.targets.own.find(platform);
    if (own == plan.targets.own.end() || solve.platforms.size() > 1) continue;
    for (const auto& tag : own->second) out.tags.push_back(tag.str());
  }
  if (plan.exports_later()) out.cache_to.clear();
  return out;
}

}  // namespace polyarch::app
