#include "app/facts.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fmt/core.h>
#include <functional>
#include <mutex>

#include "app/push_targets.hpp"
#include "app/registries.hpp"
#include "app/scoped.hpp"
#include "base/error.hpp"
#include "base/json.hpp"
#include "base/log.hpp"
#include "binfmt/binfmt.hpp"
#include "buildkit/endpoint.hpp"
#include "sys/files.hpp"
#include "sys/parallel.hpp"

namespace polyarch::app {
namespace {

namespace fs = std::filesystem;

bool is_directory_context(const std::string& context) {
  return context.find("://") == std::string::npos && !context.starts_with("git@") && context != "-";
}

void read_dockerfile(const spec::BuildOptions& options, Facts& facts) {
  facts.dockerfile_path = options.file;
  if (!is_directory_context(options.context)) return;
  if (!fs::is_directory(options.context)) {
    throw Error(ErrorKind::input, fmt::format("the build context {} is not a directory", options.context),
                "name a directory, a Git URL or an archive URL");
  }
  const auto path = options.file.empty() ? fs::path(options.context) / "Dockerfile" : fs::path(options.file);
  if (!fs::is_regular_file(path)) {
    throw Error(ErrorKind::input, fmt::format("there is no Dockerfile at {}", path.string()),
                "name it with --file PATH");
  }
  facts.dockerfile_path = path.string();
  const auto text = sys::read_file(path, 4U << 20);
  const auto syntax = dockerfile::find_syntax(text);
  if (syntax && syntax->find("docker/dockerfile") == std::string::npos) return;
  facts.dockerfile = dockerfile::parse(text, path.string());
  if (!options.target.empty()) dockerfile::find_stage(*facts.dockerfile, options.target);
}

// `docker info` of the Engine that the docker driver builds in; none is no error here.
void ask_engine(Context& context, Facts& facts) {
  if (!sys::find_program("docker")) return;
  const auto result = context.runner.run(
      {.argv = {"docker", "info", "--format", "{{json .DriverStatus}}"}, .deadline = std::chrono::seconds(15)});
  facts.containerd_store = result.ok() && result.out.find("io.containerd.snapshotter") != std::string::npos;
}

// The current builder, which may be broken, does not matter when another is named or an own one is asked for.
bool wants_current_builder(const spec::BuildOptions& options) {
  return options.builders.empty() && options.driver != "docker-container";
}

void ask_builders(const spec::BuildOptions& options, Context& context, const std::vector<std::string>& buildx,
                  Facts& facts) {
  buildkit::Builders builders(buildx, context.runner, context.cleanup);
  std::vector<std::string> names;
  for (const auto& scoped : parse_scoped(options.builders)) {
    if (!is_endpoint(scoped.value)) names.push_back(scoped.value);
  }
  if (wants_current_builder(options)) names.emplace_back();
  for (const auto& name : names) {
    if (facts.builders.contains(name)) continue;
    const auto found = builders.inspect(name, false);
    if (!found && !name.empty()) {
      throw Error(ErrorKind::builder, fmt::format("there is no builder '{}'", name),
                  "`docker buildx ls` shows those there are; without --builder, polyarch makes one");
    }
    if (!found) continue;
    // The default one's Engine is asked at the same time as this.
    if (!name.empty() && found->driver == "docker") ask_engine(context, facts);
    facts.builders.emplace(name, *found);
  }
}

// A port that nobody listens at is known at once; buildx would try it for long.
void reach_endpoints(const spec::BuildOptions& options, Context& context) {
  for (const auto& scoped : parse_scoped(options.builders)) {
    if (is_endpoint(scoped.value)) buildkit::check_reachable(scoped.value, context.cancel);
  }
}

void ask_machine(Context& context, Facts& facts) {
  facts.machine = binfmt::native_platform();
  for (const auto& platform : facts.platforms) {
    if (platform.architecture == facts.machine.architecture) {
      facts.native.insert(platform);
      continue;
    }
    const auto executor =
        binfmt::find_architecture(platform) ? binfmt::executor(platform, context.runner) : binfmt::Executor{};
    if (executor.kind == binfmt::Executor::Kind::machine) facts.native.insert(platform);
    if (executor.kind == binfmt::Executor::Kind::qemu) facts.emulated.insert(platform);
  }
}

std::string run_id(const spec::BuildOptions& options, const Context& context) {
  if (!options.run_id.empty()) return options.run_id;
  if (!context.host.run_id.empty()) return context.host.run_id;
  return fmt::format("local-{:x}", context.clock.wall().time_since_epoch().count() / 1'000'000);
}

std::vector<oci::Platform> wanted_platforms(const spec::BuildOptions& options) {
  auto platforms = oci::parse_platforms(options.platforms);
  if (platforms.empty()) platforms.push_back(binfmt::native_platform());
  return platforms;
}

std::vector<oci::Platform> platforms_here(const spec::BuildOptions& options, const std::vector<oci::Platform>& all) {
  auto only = oci::parse_platforms(options.only);
  for (const auto& platform : only) {
    if (std::ranges::find(all, platform) != all.end()) continue;
    throw Error(ErrorKind::usage, fmt::format("--only {} is not a platform of the run", platform.str()),
                "give every job the same --platform list, with all platforms in it");
  }
  return only.empty() ? all : only;
}

// The repository that is named, if one is.
std::optional<oci::Repository> cache_repository(const spec::BuildOptions& options) {
  if (options.cache == "auto" || options.cache == "off") return std::nullopt;
  return oci::Repository::parse(options.cache);
}

// Asked once, beforehand: else BuildKit would complain for each platform, and each cache mount would.
bool may_write_cache(registry::Client& client, const oci::Repository& repository) {
  try {
    client.check_push(repository);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted) throw;
    const bool refused = error.kind() == ErrorKind::auth || (error.kind() == ErrorKind::registry && !error.retryable());
    if (refused) log::info("the cache in {} is read and not written: {}", repository.str(), error.message());
    return !refused;  // what only fails now may work after the build, and a lost cache must not fail it
  }
  return true;
}

}  // namespace

bool is_endpoint(const std::string& builder) {
  return builder.find("://") != std::string::npos;
}

Facts gather_facts(const spec::BuildOptions& options, Context& context, const std::vector<std::string>& buildx,
                   bool for_plan) {
  Facts facts;
  facts.host = context.host;
  facts.cache_read_only = facts.host.untrusted;
  facts.run_id = run_id(options, context);
  facts.local_engine = context.environment("DOCKER_HOST").value_or("unix://").starts_with("unix://");
  facts.run_platforms = wanted_platforms(options);
  facts.platforms = platforms_here(options, facts.run_platforms);
  read_dockerfile(options, facts);
  const auto targets = push_targets(options, facts.run_platforms);
  facts.base_images = find_base_images(options, facts.dockerfile, facts.platforms, binfmt::native_platform());
  Registries lookups(context, options, Patience::hasty);
  Registries checks(context, options, Patience::brisk);
  std::vector<std::function<void()>> questions{
      [&] { ask_builders(options, context, buildx, facts); },
      [&] { reach_endpoints(options, context); },
      [&] {
        if (wants_current_builder(options)) ask_engine(context, facts);
      },
      [&] { ask_machine(context, facts); },
      [&] {
        check_base_images(facts.base_images, oci::parse_platforms(options.optional_platforms), facts.dockerfile_path,
                          lookups.client());
      },
  };
  if (!for_plan) {
    for (const auto& repository : targets.repositories()) {
      questions.emplace_back([&, repository] { checks.client().check_push(repository); });
    }
    if (const auto cache = cache_repository(options); cache && !targets.repositories().contains(*cache)) {
      questions.emplace_back([&, cache] {
        if (!facts.cache_read_only) facts.cache_read_only = !may_write_cache(lookups.client(), *cache);
      });
    }
  }
  sys::run_parallel(questions, questions.size());
  return facts;
}

}  // namespace polyarch::app
