#pragma once
#include <optional>
#include <string>

#include "ci/host.hpp"

namespace polyarch::ci {

// What the CI builds and why: what names and labels of an image are made of. Empty is unknown.
struct Trigger {
  std::string event;    // "push", "schedule", "pull_request", …, in the host's own words
  std::string branch;   // that was pushed to; empty for a tag or a request
  std::string tag;      // of Git
  std::string request;  // number of the pull or merge request
  std::string base;     // branch that the request is for
  std::string default_branch;
  std::string commit;
  std::optional<Clock::Wall> commit_date;
  // Of the repository.
  std::string title;
  std::string description;
  std::string url;
  std::string license;  // SPDX

  bool scheduled() const { return event.find("schedule") != std::string::npos; }
};

// Never throws: what cannot be read is unknown.
Trigger read_trigger(const Host& host, const sys::Environment& environment);

}  // namespace polyarch::ci
