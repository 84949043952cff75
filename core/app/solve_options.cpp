#include "app/solve_options.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/core.h>

#include "app/scoped.hpp"
#include "base/error.hpp"
#include "base/redact.hpp"
#include "base/text.hpp"
#include "sys/files.hpp"

namespace polyarch::app {
namespace {

constexpr const char* git_token_variable = "POLYARCH_GIT_AUTH_TOKEN";

std::string value_variable(std::size_t number) {
  return fmt::format("POLYARCH_BUILD_SECRET_{}", number);
}

std::pair<std::string, std::string> id_and(const std::string& text, std::string_view option, std::string_view shape,
                                           bool show) {
  const auto pair = text::cut(text, '=');
  if (!pair || pair->first.empty()) {
    throw Error(ErrorKind::usage,
                show ? fmt::format("{} {} has no '='", option, text) : fmt::format("a value of {} has no '='", option),
                fmt::format("write {}", shape));
  }
  return {std::string(pair->first), std::string(pair->second)};
}

// A job's token is not for the steps of a build from directories.
bool uses_git_token(const spec::BuildOptions& options) {
  const auto is_remote = [](const std::string& context) {
    return context.find("://") != std::string::npos || context.find("git@") != std::string::npos;
  };
  return !options.git_token.empty() &&
         (is_remote(options.context) || std::ranges::any_of(options.build_contexts, is_remote));
}

std::vector<std::string> secrets(const spec::BuildOptions& options, const oci::Platform& platform) {
  auto out = values_for(options.secrets, platform);
  for (const auto& text : options.secret_envs) {
    const auto [id, name] = id_and(text, "--secret-env", "ID=NAME", true);
    out.push_back(fmt::format("id={},env={}", id, name));
  }
  for (const auto& text : options.secret_files) {
    const auto [id, path] = id_and(text, "--secret-file", "ID=FILE", true);
    out.push_back(fmt::format("id={},src={}", id, path));
  }
  for (std::size_t i = 0; i < options.secret_values.size(); ++i) {
    const auto [id, value] = id_and(options.secret_values[i], "POLYARCH_SECRET_VALUE", "ID=VALUE", false);
    out.push_back(fmt::format("id={},env={}", id, value_variable(i)));
  }
  if (uses_git_token(options)) out.push_back(fmt::format("id=GIT_AUTH_TOKEN,env={}", git_token_variable));
  return out;
}

void hide_file(const std::string& path) {
  constexpr std::size_t largest = 512U << 10;  // BuildKit takes no larger secret
  if (std::filesystem::is_regular_file(path)) redactor().add(sys::read_file(path, largest));
}

// "id=ID[,env=NAME|,src=FILE]"; with neither, ID is the variable.
void hide_secret(const std::string& text, const sys::Environment& environment) {
  std::map<std::string, std::string, std::less<>> values;
  for (const auto part : text::split(text, ',')) {
    if (const auto pair = text::cut(part, '=')) values[std::string(pair->first)] = std::string(pair->second);
  }
  for (const char* key : {"src", "source"}) {
    if (values.contains(key)) return hide_file(values[key]);
  }
  if (const auto value = environment(values[values.contains("env") ? "env" : "id"])) redactor().add(*value);
}

}  // namespace

void hide_secrets(const spec::BuildOptions& options, const sys::Environment& environment) {
  for (const auto& scoped : parse_scoped(options.secrets)) hide_secret(scoped.value, environment);
  for (const auto& text : options.secret_envs) hide_secret("env=" + text.substr(text.find('=') + 1), environment);
  for (const auto& text : options.secret_files) hide_file(text.substr(text.find('=') + 1));
}

buildkit::Solve solve_options(const spec::BuildOptions& options, const Facts& facts, const oci::Platform& platform) {
  buildkit::Solve solve;
  solve.context = options.context;
  solve.dockerfile = facts.dockerfile_path;
  solve.target = options.target;
  solve.build_args = values_for(options.build_args, platform);
  solve.build_contexts = options.build_contexts;
  solve.secrets = secrets(options, platform);
  solve.ssh = options.ssh;
  solve.labels = values_for(options.labels, platform);
  solve.no_cache_filters = options.no_cache_filters;
  solve.add_hosts = options.add_hosts;
  solve.ulimits = options.ulimits;
  solve.allow = options.allow;
  solve.attests = options.attests;
  solve.cache_from = options.cache_from;
  solve.cache_to = options.cache_to;
  solve.provenance = options.provenance;
  solve.sbom = options.sbom;
  solve.network = options.network;
  solve.shm_size = options.shm_size;
  solve.cgroup_parent = options.cgroup_parent;
  solve.call = options.call;
  solve.no_cache = options.no_cache;
  solve.pull = options.pull;
  return solve;
}

std::map<std::string, std::string> solve_environment(const spec::BuildOptions& options) {
  std::map<std::string, std::string> out;
  for (std::size_t i = 0; i < options.secret_values.size(); ++i) {
    out[value_variable(i)] = id_and(options.secret_values[i], "POLYARCH_SECRET_VALUE", "ID=VALUE", false).second;
  }
  if (uses_git_token(options)) out[git_token_variable] = options.git_token;
  return out;
}

}  // namespace polyarch::app
