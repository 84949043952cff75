#include <algorithm>

#include "ci/hosts.hpp"

namespace polyarch::ci {
namespace {

// Both must be known and equal: a merge request whose origin is unclear is not trusted.
bool same(const sys::Environment& environment, std::string_view one, std::string_view other) {
  const auto value = environment(one);
  return value && value == environment(other);
}

void read_merge_request(const sys::Environment& environment, Host& host) {
  host.branch = value_of(environment, "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME");
  host.base_branch = value_of(environment, "CI_MERGE_REQUEST_TARGET_BRANCH_NAME");
  host.untrusted = !same(environment, "CI_MERGE_REQUEST_SOURCE_PROJECT_ID", "CI_MERGE_REQUEST_PROJECT_ID");
}

// A pull request of a repository elsewhere that GitLab runs the pipelines of.
void read_external_request(const sys::Environment& environment, Host& host) {
  host.branch = value_of(environment, "CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_NAME");
  host.base_branch = value_of(environment, "CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME");
  host.untrusted =
      !same(environment, "CI_EXTERNAL_PULL_REQUEST_SOURCE_REPOSITORY", "CI_EXTERNAL_PULL_REQUEST_TARGET_REPOSITORY");
}

// The project's own registry, and the cache of Docker Hub's images. The token of the job serves where the variables of
// the registry are not there, as in a project that keeps its images in another one of the instance.
std::vector<Login> logins(const sys::Environment& environment) {
  std::vector<Login> out;
  const auto add = [&](std::string_view registry, std::string_view username, std::string_view password) {
    const auto name = value_of(environment, registry);
    const auto secret = value_of(environment, password);
    const bool known = std::ranges::any_of(out, [&](const Login& login) { return login.registry == name; });
    if (!name.empty() && !secret.empty() && !known)
      out.push_back({name, environment(username).value_or("gitlab-ci-token"), secret});
  };
  add("CI_REGISTRY", "CI_REGISTRY_USER", "CI_REGISTRY_PASSWORD");
  add("CI_REGISTRY", "", "CI_JOB_TOKEN");
  add("CI_DEPENDENCY_PROXY_SERVER", "CI_DEPENDENCY_PROXY_USER", "CI_DEPENDENCY_PROXY_PASSWORD");
  return out;
}

}  // namespace

std::optional<Host> detect_gitlab(const sys::Environment& environment) {
  if (value_of(environment, "GITLAB_CI") != "true") return std::nullopt;
  Host host;
  host.name = "gitlab";
  host.ci = true;
  host.run_id = value_of(environment, "CI_PIPELINE_ID");
  host.branch = value_of(environment, "CI_COMMIT_BRANCH");
  host.default_branch = value_of(environment, "CI_DEFAULT_BRANCH");
  host.commit = value_of(environment, "CI_COMMIT_SHA");
  host.source = value_of(environment, "CI_PROJECT_URL");
  host.logins = logins(environment);
  if (environment("CI_MERGE_REQUEST_IID")) read_merge_request(environment, host);
  if (environment("CI_EXTERNAL_PULL_REQUEST_IID")) read_external_request(environment, host);
  return host;
}

}  // namespace polyarch::ci
