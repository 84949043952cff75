#include "buildkit/builder_error.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <vector>

#include "base/text.hpp"

namespace polyarch::buildkit {
namespace {

struct Cause {
  std::vector<std::string_view> signs;  // any of them, in lower case
  std::string_view hint;
  bool retryable = false;
};

const std::vector<Cause>& causes_at_any_time() {
  static const std::vector<Cause> causes{
      {.signs = {"permission denied while trying to connect"},
       .hint = "this user may not use Docker's socket: join the group 'docker', or set DOCKER_HOST to a socket that is "
               "open"},
      {.signs = {"cannot connect to the docker daemon", "failed to connect to the docker api",
                 "is the docker daemon running"},
       .hint = "start the Docker daemon, or set DOCKER_HOST to one that runs",
       .retryable = true},
      {.signs = {"invalid progress mode", "unknown flag"},
       .hint = "this buildx is too old: polyarch needs version 0.13 or newer"},
      {.signs = {"no builder \""}, .hint = "list the builders with 'docker buildx ls'"},
      {.signs = {"error loading tls config", "error while dialing: tls", "authentication handshake failed",
                 "server preface"},
       .hint = "the endpoint answers, but not as a BuildKit that trusts us: check its TLS (driver options cacert, "
               "cert, key, servername), and that the port is BuildKit's"},
      {.signs = {"error while dialing", "connection error: desc", "failed to list workers", "listing workers for build",
                 "failed to dial grpc", "closing transport", "code = unavailable", "error reading from server: eof",
                 "no valid drivers found"},
       .hint = "check that BuildKit runs at the builder's endpoint and that this machine reaches it",
       .retryable = true},
  };
  return causes;
}

const std::vector<Cause>& causes_at_creation() {
  static const std::vector<Cause> causes{
      {.signs = {"failed to find driver", "no remote endpoint provided", "failed to parse endpoint",
                 "invalid driver option", "buildkit configuration file not found", "invalid name "},
       .hint = "correct the builder's driver, endpoint or options"},
      {.signs = {"oci runtime create failed", "failed to create shim task"},
       .hint = "the Engine could not start BuildKit's container: look at the Engine's log, and try again",
       .retryable = true},
      {.signs = {"pull access denied", "manifest unknown", "failed to pull", "failed to resolve reference",
                 "no such image", "error response from daemon", "error from registry", "failed to do request"},
       .hint = "BuildKit's image could not be pulled or started: log in to its registry, or name another one with the "
               "driver option image=",
       .retryable = true},
      {.signs = {"context deadline exceeded", "did not answer"},
       .hint = "check that BuildKit runs at the builder's endpoint, or give it more time",
       .retryable = true},
  };
  return causes;
}

const Cause* find_cause(const std::vector<Cause>& causes, const std::string& message) {
  const auto lower = text::lower(message);
  const auto matches = [&lower](const Cause& cause) {
    return std::ranges::any_of(cause.signs, [&lower](auto sign) { return lower.find(sign) != std::string::npos; });
  };
  const auto found = std::ranges::find_if(causes, matches);
  return found == causes.end() ? nullptr : &*found;
}

}  // namespace

bool died_at_start(std::string_view output) {
  const auto lower = text::lower(output);
  return lower.find("oci runtime create failed") != std::string::npos && lower.find("read init-p") != std::string::npos;
}

std::string error_message(std::string_view output) {
  static constexpr std::string_view mark = "ERROR: ";
  std::size_t start = output.starts_with(mark) ? mark.size() : 0;
  if (const auto last = output.rfind("\nERROR: "); last != std::string_view::npos) start = last + 1 + mark.size();
  auto message = text::trim(output.substr(start));
  for (const std::string_view prefix :
       {"failed to build: ", "failed to solve: ", "rpc error: code = Unknown desc = "}) {
    if (message.starts_with(prefix)) message.remove_prefix(prefix.size());
  }
  return std::string(message);
}

std::optional<Error> builder_error(const std::string& builder, const std::string& message, Phase phase) {
  const auto* cause = find_cause(causes_at_any_time(), message);
  // A build that fails with these bare words found no builder.
  const bool unanswered = message == "context deadline exceeded";
  if (cause == nullptr && (phase == Phase::create || unanswered)) cause = find_cause(causes_at_creation(), message);
  if (cause == nullptr) return std::nullopt;
  const auto name = builder.empty() ? std::string("the current builder") : fmt::format("builder '{}'", builder);
  return Error(ErrorKind::builder, fmt::format("{} cannot be used: {}", name, message), std::string(cause->hint),
               cause->retryable);
}

}  // namespace polyarch::buildkit
