#include "ci/hosts.hpp"

namespace polyarch::ci {
namespace {

constexpr std::string_view remote_prefix = "origin/";

std::string jenkins_branch(const sys::Environment& environment) {
  if (const auto branch = environment("BRANCH_NAME")) return environment("TAG_NAME") ? "" : *branch;
  const auto branch = value_of(environment, "GIT_BRANCH");
  return branch.starts_with(remote_prefix) ? branch.substr(remote_prefix.size()) : branch;
}

// The URL may hold the credentials of the checkout.
std::string without_user(std::string url) {
  const auto scheme = url.find("://");
  if (scheme == std::string::npos) return url;
  const auto authority = scheme + 3;
  const auto at = url.substr(0, url.find('/', authority)).rfind('@');
  return at == std::string::npos || at < authority ? url : url.erase(authority, at + 1 - authority);
}

}  // namespace

std::optional<Host> detect_jenkins(const sys::Environment& environment) {
  const auto run_id = value_of(environment, "BUILD_TAG");
  if (!environment("JENKINS_URL") && !run_id.starts_with("jenkins-")) return std::nullopt;
  Host host;
  host.name = "jenkins";
  host.ci = true;
  host.run_id = run_id;
  host.branch = jenkins_branch(environment);
  if (value_of(environment, "BRANCH_IS_PRIMARY") == "true") host.default_branch = host.branch;
  if (environment("CHANGE_ID")) {
    host.branch = value_of(environment, "CHANGE_BRANCH");
    host.base_branch = value_of(environment, "CHANGE_TARGET");
    host.untrusted = environment("CHANGE_FORK").has_value();
  }
  host.commit = value_of(environment, "GIT_COMMIT");
  host.source = without_user(value_of(environment, "GIT_URL"));
  return host;
}

}  // namespace polyarch::ci
