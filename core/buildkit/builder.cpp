#include "buildkit/builder.hpp"

#include <fmt/core.h>
#include <random>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/redact.hpp"
#include "base/text.hpp"
#include "buildkit/builder_error.hpp"
#include "buildkit/step_log.hpp"

namespace polyarch::buildkit {
namespace {

constexpr auto short_while = std::chrono::seconds(30);
constexpr std::size_t most_log = 4U << 10;

std::string unique_name() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

std::string full_name(const std::string& name) {
  if (name.starts_with(builder_prefix)) return name;
  return std::string(builder_prefix) + (name.empty() ? unique_name() : name);
}

// Each context is a builder, too, and hides another of its name.
std::string context_of(const std::string& builder) {
  return builder + "-engine";
}

std::vector<std::string> create_arguments(const CreateOptions& options, const std::string& name) {
  std::vector<std::string> arguments{"create", "--name", name, "--driver", options.driver};
  const auto add = [&arguments](const char* flag, const std::string& value) {
    if (!value.empty()) arguments.insert(arguments.end(), {flag, value});
  };
  for (const auto& [key, value] : options.driver_options) add("--driver-opt", fmt::format("{}={}", key, value));
  add("--config", options.buildkitd_config);  // the name that every version knows
  add("--buildkitd-flags", text::join(options.buildkitd_flags, " "));
  for (const auto& platform : options.platforms) add("--platform", platform.str());
  if (!options.endpoint.empty()) arguments.push_back(options.endpoint);
  return arguments;
}

std::string clean_log(std::string_view output) {
  std::vector<std::string> lines;
  for (const auto line : text::split(text::trim(output), '\n')) lines.push_back(text::printable(line));
  auto text = redactor().apply(text::join(lines, "\n"));
  keep_end(text, most_log);
  return text;
}

Error failure(const std::string& builder, const std::string& message) {
  if (auto known = builder_error(builder, message, Phase::create)) return *known;
  return Error(ErrorKind::builder, fmt::format("builder '{}' cannot be used: {}", builder, message),
               fmt::format("see 'docker buildx inspect {}' and the log of its daemon", builder));
}

bool absent(const sys::ProcessResult& result) {
  return result.err.find("no builder \"") != std::string::npos;
}

// Why a builder that buildx could load does not run; empty when every node runs.
std::string not_running(const Builder& builder) {
  if (!builder.error.empty()) return builder.error;
  for (const auto& node : builder.nodes) {
    if (!node.error.empty()) return fmt::format("node {}: {}", node.name, node.error);
    if (node.status != "running") return fmt::format("node {} is {}", node.name, node.status);
  }
  return builder.nodes.empty() ? "it has no nodes" : "";
}

void refuse_other(const Builder& there, const CreateOptions& options) {
  const auto endpoint = there.nodes.empty() ? std::string() : there.nodes.front().endpoint;
  const bool elsewhere = !options.endpoint.empty() && endpoint != options.endpoint;
  if (there.driver == options.driver && !elsewhere) return;
  throw Error(
      ErrorKind::usage,
      fmt::format("builder '{}' is there already, with driver '{}' at '{}'", there.name, there.driver, endpoint),
      fmt::format("choose another name, or remove it: docker buildx rm {}", there.name));
}

}  // namespace

bool emulates(const Builder& builder, const oci::Platform& platform) {
  const auto native = [&platform](const Node& node) {
    if (node.platforms.empty()) return true;
    const auto& machine = node.platforms.front().architecture;
    return platform.architecture == machine || (platform.architecture == "386" && machine == "amd64") ||
           (platform.architecture == "arm" && machine == "arm64");
  };
  return !builder.nodes.empty() && std::ranges::none_of(builder.nodes, native);
}

Builders::Builders(std::vector<std::string> buildx, sys::Runner& runner, sys::Runner& cleanup)
    : buildx_(std::move(buildx)), runner_(runner), cleanup_(cleanup) {}

sys::ProcessResult Builders::buildx(sys::Runner& runner, std::vector<std::string> arguments,
                                    std::chrono::milliseconds within) {
  sys::Command command;
  command.argv = buildx_;
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  command.deadline = within;
  return runner.run(command);
}

std::optional<Builder> Builders::inspect(const std::string& name, bool bootstrap, std::chrono::milliseconds within) {
  std::vector<std::string> arguments{"inspect"};
  if (bootstrap) arguments.emplace_back("--bootstrap");
  if (!name.empty()) arguments.push_back(name);
  auto result = buildx(runner_, arguments, within);
  for (int again = 0; bootstrap && died_at_start(result.err) && again < 2; ++again)
    result = buildx(runner_, arguments, within);
  if (absent(result)) return std::nullopt;
  if (result.timed_out) throw failure(name, fmt::format("it did not answer within {}", text::human_duration(within)));
  if (!result.ok()) throw failure(name, error_message(clean_log(result.err)));
  auto builder = parse_inspect(result.out);
  const auto problem = bootstrap ? not_running(builder) : std::string();
  if (!problem.empty()) throw failure(builder.name, problem);
  return builder;
}

Builder Builders::create(const CreateOptions& options) {
  const auto name = full_name(options.name);
  if (const auto there = options.name.empty() ? std::nullopt : inspect(name, false)) {
    refuse_other(*there, options);
    return bootstrap(options, name);
  }
  if (options.announce) options.announce(name);
  bool made = true;  // also when the run is cancelled in the middle of it
  try {
    const auto result = create_once(options, name);
    made = result.ok();
    if (result.timed_out) throw failure(name, "'buildx create' did not end");
    if (!made) throw failure(name, error_message(clean_log(result.err)));
    return bootstrap(options, name);
  } catch (...) {
    made ? discard(name) : remove_context(name);
    throw;
  }
}

// Where DOCKER_HOST and DOCKER_TLS_VERIFY name the Engine, as with Docker in Docker, buildx refuses to remember the
// certificates in a builder; it takes them from a context of docker's command line.
sys::ProcessResult Builders::create_once(const CreateOptions& options, const std::string& name) {
  auto result = buildx(runner_, create_arguments(options, name), short_while);
  if (result.ok() || result.err.find("TLS data loaded from environment") == std::string::npos) return result;
  make_context(name);
  auto in_context = options;
  in_context.endpoint = context_of(name);
  return buildx(runner_, create_arguments(in_context, name), short_while);
}

void Builders::make_context(const std::string& name) {
  contexts_.insert(name);
  const auto made = runner_.run({.argv = {"docker", "context", "create", context_of(name)}, .deadline = short_while});
  if (!made.ok()) throw failure(name, error_message(clean_log(made.err)));
}

void Builders::remove_context(const std::string& name) {
  if (contexts_.erase(name) != 0)
    cleanup_.run({.argv = {"docker", "context", "rm", "--force", context_of(name)}, .deadline = short_while});
}

Builder Builders::bootstrap(const CreateOptions& options, const std::string& name) {
  try {
    if (auto builder = inspect(name, true, options.ready_within)) return *builder;
    throw failure(name, "it was removed while it was started");
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::builder) throw;
    const auto cause = connection_error(options, name);
    const auto known = cause.empty() ? error : failure(name, cause);
    const auto log = daemon_log(options, name);
    const auto end = log.empty() ? "" : fmt::format("\nThe end of its daemon's log:\n{}", log);
    throw Error(known.kind(), known.message() + end, known.hint(), known.retryable());
  }
}

// buildx only says that a remote endpoint did not answer in time; another of its commands says why.
std::string Builders::connection_error(const CreateOptions& options, const std::string& name) {
  if (options.driver != "remote") return "";
  const auto result = buildx(runner_, {"du", "--builder", name, "--filter", "id=none"}, std::chrono::seconds(10));
  return result.ok() || result.timed_out ? "" : error_message(clean_log(result.err));
}

std::string Builders::daemon_log(const CreateOptions& options, const std::string& name) {
  if (options.driver != "docker-container") return "";
  sys::Command command;
  command.argv = {"docker", "logs", "--tail", "20", fmt::format("buildx_buildkit_{}0", name)};
  command.deadline = std::chrono::seconds(10);
  try {
    const auto result = runner_.run(command);
    return result.ok() ? clean_log(result.out + result.err) : "";
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted) throw;
    return "";  // there is no docker command: the standalone buildx speaks to the daemon itself
  }
}

void Builders::discard(const std::string& name) noexcept {
  try {
    remove(name);
  } catch (const std::exception& error) {
    log::warning("builder '{}' may be left behind: {}", name, error.what());
  }
}

void Builders::remove(const std::string& name, bool keep_state) {
  if (!name.starts_with(builder_prefix)) {
    throw Error(ErrorKind::usage, fmt::format("builder '{}' was not made by polyarch and is left alone", name),
                fmt::format("remove it with: docker buildx rm {}", name));
  }
  std::vector<std::string> arguments{"rm"};
  if (keep_state) arguments.emplace_back("--keep-state");
  arguments.push_back(name);
  const auto result = buildx(cleanup_, arguments, std::chrono::minutes(2));
  remove_context(name);
  if (result.ok() || absent(result)) return;
  throw failure(name, fmt::format("it could not be removed: {}",
                                  result.timed_out ? "'buildx rm' did not end" : clean_log(result.err)));
}

std::vector<std::string> Builders::names() {
  const auto result = buildx(runner_, {"ls"}, std::chrono::minutes(1));
  if (result.ok()) return parse_names(result.out);
  throw failure("", result.timed_out ? "'buildx ls' did not end" : error_message(clean_log(result.err)));
}

}  // namespace polyarch::buildkit
