#include "ci/trigger.hpp"

#include "base/error.hpp"
#include "ci/github_event.hpp"
#include "ci/hosts.hpp"
#include "report/timestamp.hpp"
#include "sys/files.hpp"

namespace polyarch::ci {
namespace {

constexpr std::string_view tag_ref = "refs/tags/";
constexpr std::string_view request_ref = "refs/pull/";
constexpr std::size_t largest_event = 16U << 20;

// "https://host/group/app.git" is called "app".
std::string name_of(std::string_view url) {
  while (url.ends_with('/')) url.remove_suffix(1);
  if (url.ends_with(".git")) url.remove_suffix(4);
  return std::string(url.substr(url.find_last_of("/:") + 1));
}

void read_github(const sys::Environment& environment, Trigger& trigger) {
  trigger.event = value_of(environment, "GITHUB_EVENT_NAME");
  const auto ref = value_of(environment, "GITHUB_REF");
  if (ref.starts_with(tag_ref)) trigger.tag = ref.substr(tag_ref.size());
  if (ref.starts_with(request_ref)) {
    trigger.request = ref.substr(request_ref.size(), ref.find('/', request_ref.size()) - request_ref.size());
  }
  const auto path = environment("GITHUB_EVENT_PATH");
  if (!path) return;
  try {
    const auto event = parse_github_event(sys::read_file(*path, largest_event));
    // Of pull_request_target, the ref is that of the base branch.
    if (trigger.request.empty()) trigger.request = event.request;
    trigger.title = event.name;
    trigger.description = event.description;
    trigger.url = event.url;
    trigger.license = event.license;
    trigger.commit_date = report::parse_timestamp(event.commit_date);
  } catch (const Error&) {  // detect() has told of it
  }
}

void read_gitlab(const sys::Environment& environment, Trigger& trigger) {
  trigger.event = value_of(environment, "CI_PIPELINE_SOURCE");
  trigger.tag = value_of(environment, "CI_COMMIT_TAG");
  trigger.request = environment("CI_MERGE_REQUEST_IID").value_or(value_of(environment, "CI_EXTERNAL_PULL_REQUEST_IID"));
  trigger.commit_date = report::parse_timestamp(value_of(environment, "CI_COMMIT_TIMESTAMP"));
  trigger.title = value_of(environment, "CI_PROJECT_TITLE");
  trigger.description = value_of(environment, "CI_PROJECT_DESCRIPTION");
}

void read_jenkins(const sys::Environment& environment, Trigger& trigger) {
  trigger.tag = value_of(environment, "TAG_NAME");
  trigger.request = value_of(environment, "CHANGE_ID");
}

}  // namespace

Trigger read_trigger(const Host& host, const sys::Environment& environment) {
  Trigger trigger;
  if (host.name == "github") read_github(environment, trigger);
  if (host.name == "gitlab") read_gitlab(environment, trigger);
  if (host.name == "jenkins") read_jenkins(environment, trigger);
  if (trigger.request.empty() && trigger.tag.empty()) trigger.branch = host.branch;
  if (!trigger.request.empty()) trigger.base = host.base_branch;
  trigger.default_branch = host.default_branch;
  trigger.commit = host.commit;
  if (trigger.url.empty()) trigger.url = host.source;
  if (trigger.title.empty()) trigger.title = name_of(trigger.url);
  return trigger;
}

}  // namespace polyarch::ci
