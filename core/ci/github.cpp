#include <fmt/format.h>

#include "base/error.hpp"
#include "base/log.hpp"
#include "ci/github_event.hpp"
#include "ci/hosts.hpp"
#include "sys/files.hpp"

namespace polyarch::ci {
namespace {

constexpr std::string_view branch_prefix = "refs/heads/";
constexpr std::size_t max_event = 16U << 20;

std::optional<GithubEvent> read_event(const sys::Environment& environment) {
  const auto path = environment("GITHUB_EVENT_PATH");
  if (!path) return std::nullopt;
  try {
    return parse_github_event(sys::read_file(*path, max_event));
  } catch (const Error& error) {
    log::warning("the event of the workflow cannot be read: {}", error.message());
    return std::nullopt;
  }
}

std::string github_branch(const sys::Environment& environment) {
  if (const auto head = environment("GITHUB_HEAD_REF")) return *head;
  const auto ref = value_of(environment, "GITHUB_REF");
  return ref.starts_with(branch_prefix) ? ref.substr(branch_prefix.size()) : "";
}

// The commit that a pull request is merged to in trial is found by its ref alone.
std::string git_context(const std::string& source, const std::string& commit, const std::string& ref) {
  const auto& wanted = commit.empty() || ref.starts_with("refs/pull/") ? ref : commit;
  return source.empty() || wanted.empty() ? "" : fmt::format("{}.git#{}", source, wanted);
}

}  // namespace

std::optional<Host> detect_github(const sys::Environment& environment) {
  if (value_of(environment, "GITHUB_ACTIONS") != "true") return std::nullopt;
  Host host;
  host.name = "github";
  host.ci = true;
  host.run_id = value_of(environment, "GITHUB_RUN_ID");
  host.branch = github_branch(environment);
  host.base_branch = value_of(environment, "GITHUB_BASE_REF");
  host.commit = value_of(environment, "GITHUB_SHA");
  if (const auto repository = environment("GITHUB_REPOSITORY")) {
    host.source = fmt::format("{}/{}", environment("GITHUB_SERVER_URL").value_or("https://github.com"), *repository);
  }
  host.git_context = git_context(host.source, host.commit, value_of(environment, "GITHUB_REF"));
  host.workspace = value_of(environment, "GITHUB_WORKSPACE");
  host.outputs_file = value_of(environment, "GITHUB_OUTPUT");
  host.summary_file = value_of(environment, "GITHUB_STEP_SUMMARY");
  const auto event = read_event(environment);
  host.default_branch = event ? event->default_branch : "";
  host.untrusted = !event || event->foreign;
  return host;
}

}  // namespace polyarch::ci
