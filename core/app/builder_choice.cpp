#include "app/builder_choice.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <set>

#include "app/scoped.hpp"
#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "http/url.hpp"

namespace polyarch::app {
namespace {

const std::set<std::string> remote_options{"cacert", "cert", "key", "servername", "timeout", "default-load"};

// Of a registry, or of a reference that begins with one.
bool is_loopback(std::string_view registry) {
  const auto host = registry.substr(0, registry.find_first_of(":/", registry.starts_with("[::1]") ? 5 : 0));
  return host == "[::1]" || http::is_loopback(host);
}

// The reference in "type=registry,ref=r.example/app:cache" or in "r.example/app:cache".
std::string_view cache_reference(std::string_view line) {
  const auto at = line.find("ref=");
  if (at == std::string_view::npos) return line.find('=') == std::string_view::npos ? line : std::string_view();
  return line.substr(at + 4, line.find(',', at) - at - 4);
}

// A container of its own network cannot see a registry on this machine's loopback.
bool needs_loopback(const spec::BuildOptions& options, const Facts& facts, const PushTargets& targets) {
  const auto repositories = targets.repositories();
  const auto on_loopback = [](const std::string& line) { return is_loopback(cache_reference(line)); };
  return std::ranges::any_of(repositories, [](const auto& repository) { return is_loopback(repository.registry); }) ||
         std::ranges::any_of(facts.base_images, [](const auto& image) { return is_loopback(image.first); }) ||
         std::ranges::any_of(options.cache_from, on_loopback) || std::ranges::any_of(options.cache_to, on_loopback) ||
         is_loopback(options.cache);
}

// A builder that is kept has a name that the next run with the same options finds again.
std::string kept_name(const std::map<std::string, std::string>& driver_options) {
  std::string all;
  for (const auto& [key, value] : driver_options) all += fmt::format("{}={}\n", key, value);
  return fmt::format("kept-{}", Digest::sha256(all).hex().substr(0, 8));
}

// Those for a kind of builder: one run may have both kinds.
std::map<std::string, std::string> driver_options(const spec::BuildOptions& options, bool remote) {
  std::map<std::string, std::string> out;
  for (const auto& option : options.driver_options) {
    const auto pair = text::cut(option, '=');
    if (!pair)
      throw Error(ErrorKind::usage, fmt::format("--driver-opt {} has no value", option),
                  "write KEY=VALUE, such as network=host");
    const std::string key(pair->first);
    if (remote_options.contains(key) == remote) out[key] = std::string(pair->second);
  }
  return out;
}

BuilderPlan own_builder(const spec::BuildOptions& options, const Facts& facts, const PushTargets& targets) {
  BuilderPlan out{"", "docker-container", buildkit::CreateOptions{}, facts.local_engine, true, std::nullopt};
  if (out.local) out.machine = facts.machine;
  out.create->driver_options = driver_options(options, /*remote=*/false);
  if (needs_loopback(options, facts, targets)) out.create->driver_options.try_emplace("network", "host");
  if (options.keep_builder) out.create->name = kept_name(out.create->driver_options);
  out.create->buildkitd_config = options.buildkitd_config;
  out.create->buildkitd_flags = options.buildkitd_flags;
  return out;
}

BuilderPlan remote_builder(const std::string& endpoint, const spec::BuildOptions& options) {
  BuilderPlan out{"", "remote", buildkit::CreateOptions{}, endpoint.starts_with("unix://")};
  out.create->driver = "remote";
  out.create->driver_options = driver_options(options, /*remote=*/true);
  out.create->endpoint = endpoint;
  return out;
}

BuilderPlan existing_builder(const buildkit::Builder& builder, const Facts& facts) {
  const bool on_engine = builder.driver == "docker" || builder.driver == "docker-container";
  BuilderPlan out{builder.name, builder.driver, std::nullopt, on_engine && facts.local_engine};
  out.one_node = builder.nodes.size() <= 1;
  out.nodes = builder.nodes;
  if (out.local)
    out.machine = facts.machine;
  else if (out.one_node && !builder.nodes.empty() && !builder.nodes.front().platforms.empty())
    out.machine = builder.nodes.front().platforms.front();
  return out;
}

// The docker driver without the containerd store keeps one platform and cannot export an OCI layout.
bool can_do(const buildkit::Builder& builder, const spec::BuildOptions& options, const Facts& facts,
            const PushTargets& targets) {
  if (builder.driver != "docker" || facts.containerd_store) return true;
  return facts.platforms.size() == 1 && !targets.push && options.tests.empty() && options.test_targets.empty();
}

BuilderPlan named_builder(const std::string& name, const spec::BuildOptions& options, const Facts& facts,
                          const PushTargets& targets) {
  if (is_endpoint(name)) return remote_builder(name, options);
  const auto& builder = facts.builders.at(name);
  if (can_do(builder, options, facts, targets)) return existing_builder(builder, facts);
  throw Error(
      ErrorKind::builder,
      fmt::format("the builder '{}' cannot do this build: its Engine does not use the containerd image store", name),
      "turn the containerd image store on in the Engine, or leave --builder out: polyarch then makes a builder");
}

BuilderPlan default_builder(const spec::BuildOptions& options, const Facts& facts, const PushTargets& targets) {
  if (options.driver == "remote") {
    throw Error(ErrorKind::usage, "--driver remote, and nothing says where it is",
                "give its address: --builder tcp://HOST:PORT");
  }
  if (options.driver == "docker-container") return own_builder(options, facts, targets);
  const auto current = facts.builders.find("");
  const bool there = current != facts.builders.end();
  if (options.driver == "docker") {
    if (there && current->second.driver == "docker" && can_do(current->second, options, facts, targets))
      return existing_builder(current->second, facts);
    throw Error(ErrorKind::builder,
                "the docker driver cannot do this build: the Engine does not use the containerd image store, or "
                "another builder is in use",
                "turn the containerd image store on in the Engine, or use --driver docker-container");
  }
  if (there && can_do(current->second, options, facts, targets)) return existing_builder(current->second, facts);
  return own_builder(options, facts, targets);
}

}  // namespace

bool is_insecure(const spec::BuildOptions& options, const std::string& registry) {
  return std::ranges::find(options.insecure_registries, registry) != options.insecure_registries.end();
}

bool runs_natively(const BuilderPlan& builder, const Facts& facts, const oci::Platform& platform) {
  if (builder.local) return facts.native.contains(platform);
  const auto known = facts.builders.find(builder.name);
  return known == facts.builders.end() || !buildkit::emulates(known->second, platform);
}

BuilderChoice choose_builders(const spec::BuildOptions& options, const Facts& facts, const PushTargets& targets) {
  BuilderChoice choice;
  std::map<std::string, std::size_t> known;
  const auto take = [&](const std::string& name, auto make) {
    const auto found = known.find(name);
    if (found != known.end()) return found->second;
    choice.builders.push_back(make());
    return known[name] = choice.builders.size() - 1;
  };
  const auto given = parse_scoped(options.builders);
  for (const auto& platform : facts.platforms) {
    auto mine = std::ranges::find_if(given, [&](const Scoped& scoped) { return scoped.platform == platform; });
    if (mine == given.end()) mine = std::ranges::find_if(given, [](const Scoped& scoped) { return !scoped.platform; });
    choice.assignment[platform] =
        mine != given.end() ? take(mine->value, [&] { return named_builder(mine->value, options, facts, targets); })
                            : take("", [&] { return default_builder(options, facts, targets); });
  }
  return choice;
}

}  // namespace polyarch::app
