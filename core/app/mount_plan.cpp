#include "app/mount_plan.hpp"

#include <algorithm>
#include <fmt/core.h>

#include "app/plan.hpp"
#include "app/scoped.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace polyarch::app {
namespace {

constexpr const char* namespace_argument = "BUILDKIT_CACHE_MOUNT_NS=";

template <class T>
bool holds(const std::vector<T>& items, const T& item) {
  return std::ranges::find(items, item) != items.end();
}

// What may stand in a flag of a Dockerfile as it is.
bool is_plain(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("/._-:@+").find(c) != std::string_view::npos;
  });
}

bool is_plain_owner(std::string_view owner) {
  return std::ranges::all_of(text::split(owner, ','), [](std::string_view field) {
    const auto pair = text::cut(field, '=');
    return field.empty() || (pair && is_plain(pair->second));
  });
}

bool wants_all(const spec::BuildOptions& options) {
  return options.cache_mounts.empty() || holds(options.cache_mounts, std::string("auto"));
}

dockerfile::Arguments mount_arguments(const spec::BuildOptions& options, const oci::Platform& platform) {
  dockerfile::Arguments out;
  for (const auto& text : values_for(options.build_args, platform)) {
    if (const auto pair = text::cut(text, '=')) out[std::string(pair->first)] = std::string(pair->second);
  }
  return out;
}

std::vector<std::string> mount_contexts(const spec::BuildOptions& options) {
  std::vector<std::string> out;
  for (const auto& text : options.build_contexts) {
    if (const auto pair = text::cut(text, '=')) out.push_back(text::lower(pair->first));
  }
  return out;
}

class MountPlanner {
 public:
  MountPlanner(const spec::BuildOptions& options, const Facts& facts, const std::vector<BuilderPlan>& builders)
      : options_(options), facts_(facts), builders_(builders) {}

  void add(const LegPlan& leg) {
    auto targets = leg.test_targets;
    targets.insert(targets.begin(), options_.target);
    for (const auto& target : targets) {
      const auto mounts = dockerfile::cache_mounts(*facts_.dockerfile, target, leg.platform, facts_.machine,
                                                   mount_arguments(options_, leg.platform), mount_contexts(options_));
      for (const auto& mount : mounts) add(leg, mount);
    }
  }

  MountsPlan take() {
    for (const auto& job : out_.jobs) {
      for (const auto& mount : job.mounts) warn_of_sharing(mount);
    }
    return std::move(out_);
  }
  bool knows(const std::string& id) const { return holds(known_, id); }

 private:
  void add(const LegPlan& leg, const dockerfile::CacheMount& mount) {
    known_.push_back(mount.id);
    if (!wants_all(options_) && !holds(options_.cache_mounts, mount.id)) return;
    if (const auto reason = obstacle(mount)) return leave_out(mount, *reason);
    auto& mounts = job_of(leg).mounts;
    auto found = std::ranges::find_if(
        mounts, [&](const MountPlan& other) { return other.id == mount.id && other.owner == mount.owner; });
    if (found == mounts.end()) found = mounts.insert(found, {mount.id, mount.target, mount.owner, {}, {}});
    if (!holds(found->platforms, mount.platform)) found->platforms.push_back(mount.platform);
    if (!holds(found->legs, leg.platform)) found->legs.push_back(leg.platform);
    lines_.emplace(mount.id, mount.line);
  }

  static std::optional<std::string> obstacle(const dockerfile::CacheMount& mount) {
    if (mount.id.empty()) return "its id cannot be told from the Dockerfile alone";
    if (!mount.from.empty()) return "it begins with the content of " + mount.from;
    if (!is_plain(mount.id) || !is_plain_owner(mount.owner))
      return "its id has characters other than a-z, 0-9 and /._-:@+";
    return std::nullopt;
  }

  void leave_out(const dockerfile::CacheMount& mount, const std::string& reason) {
    const auto message =
        fmt::format("the cache mount of {} is not kept between runs: {}", text::printable(mount.target), reason);
    if (std::ranges::any_of(out_.warnings, [&](const auto& other) { return other.message == message; })) return;
    out_.warnings.push_back({.message = message,
                             .file = facts_.dockerfile_path,
                             .line = mount.line,
                             .hint = "give it an id of its own, and no from="});
  }

  // A builder of one node has one directory for each id, whatever the platform.
  MountJob& job_of(const LegPlan& leg) {
    const bool one_node = builders_[leg.builder].one_node;
    const auto found = std::ranges::find_if(out_.jobs, [&](const MountJob& job) {
      return job.builder == leg.builder && (one_node || job.platform == leg.platform);
    });
    return found != out_.jobs.end() ? *found : out_.jobs.emplace_back(MountJob{leg.builder, leg.platform, {}});
  }

  void warn_of_sharing(const MountPlan& mount) {
    if (mount.platforms.size() < 2) return;
    std::vector<std::string> names;
    for (const auto& platform : mount.platforms) names.push_back(platform.str());
    const auto name = mount.id.substr(mount.id.rfind('/') + 1);
    out_.warnings.push_back(
        {.message = fmt::format("{} share the cache mount {}: what one writes, the others find",
                                text::join(names, ", "), mount.id),
         .file = facts_.dockerfile_path,
         .line = lines_.at(mount.id),
         .hint = fmt::format("declare ARG TARGETARCH in the stage and write id={}-$TARGETARCH, unless its tools keep "
                             "platforms apart",
                             name)});
  }

  const spec::BuildOptions& options_;
  const Facts& facts_;
  const std::vector<BuilderPlan>& builders_;
  std::vector<std::string> known_;
  std::map<std::string, int> lines_;  // of the first step that uses an id
  MountsPlan out_;
};

std::optional<oci::Repository> mount_repository(const spec::BuildOptions& options,
                                                const std::optional<oci::Repository>& staging) {
  if (options.cache != "auto" && options.cache != "off") return oci::Repository::parse(options.cache);
  const bool named = !wants_all(options);
  if (named && !staging) {
    throw Error(ErrorKind::usage, "--cache-mounts: there is no repository to keep cache mounts in",
                "add --push, or --cache REPOSITORY");
  }
  return options.cache == "off" && !named ? std::nullopt : staging;
}

}  // namespace

MountsPlan plan_mounts(const spec::BuildOptions& options, const Facts& facts, const std::vector<BuilderPlan>& builders,
                       const std::vector<LegPlan>& legs, const std::optional<oci::Repository>& staging) {
  if (holds(options.cache_mounts, std::string("off"))) return {};
  const auto repository = mount_repository(options, staging);
  if (!repository || !facts.dockerfile) return {};
  MountPlanner planner(options, facts, builders);
  for (const auto& leg : legs) planner.add(leg);
  for (const auto& id : options.cache_mounts) {
    if (id == "auto" || planner.knows(id)) continue;
    throw Error(ErrorKind::usage,
                fmt::format("--cache-mounts {}: no step that is run has a cache mount of that id", id),
                "the id of a mount without id= is its target; `auto` takes all");
  }
  auto out = planner.take();
  out.repository = repository;
  out.scope =
      cache::layer_scope(facts.host.branch, facts.host.base_branch, facts.host.default_branch, facts.cache_read_only);
  for (const auto& argument : common_values(options.build_args)) {
    if (argument.starts_with(namespace_argument)) out.build_args.push_back(argument);
  }
  return out;
}

std::vector<std::string> mount_tags(const MountPlan& mount, const cache::LayerScope& scope) {
  std::vector<std::string> out;
  for (const auto& platform : mount.platforms) {
    out.push_back(cache::mount_tag(platform, mount.id + mount.owner, scope.scope));
  }
  return out;
}

std::vector<std::string> mount_candidates(const MountPlan& mount, const cache::LayerScope& scope) {
  auto out = mount_tags(mount, scope);
  for (const auto& fallback : scope.fallbacks) {
    for (const auto& tag : mount_tags(mount, {fallback, {}, true})) out.push_back(tag);
  }
  return out;
}

}  // namespace polyarch::app
