#pragma once
#include <string>
#include <string_view>

namespace polyarch::ci {

// What the event of a GitHub workflow says.
struct GithubEvent {
  std::string default_branch;  // empty: it does not say
  bool foreign = false;        // a pull request whose code comes from another repository, or from one that is gone
  std::string request;         // number of the pull request
  std::string commit_date;     // RFC 3339, of the commit that was pushed
  // Of the repository.
  std::string name;
  std::string description;
  std::string url;
  std::string license;  // SPDX
};

// Reads the webhook payload. Throws Error{input} on what is no JSON object, and above 16 MiB; odd members are unknown.
GithubEvent parse_github_event(std::string_view text);

}  // namespace polyarch::ci
