#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "sys/environment.hpp"

// The CI system that we run in. The only room that knows the variables of CI systems.
namespace polyarch::ci {

struct Host {
  std::string name = "local";  // "github", "gitlab", "jenkins", "local"
  bool ci = false;             // no terminal, nobody looks: calm output
  std::string run_id;          // the same in all jobs of one pipeline run, and in a repeated one; empty: none
  std::string branch;          // that is built; empty: unknown, or a tag is built
  std::string base_branch;     // of a pull request; empty: not a pull request
  std::string default_branch;  // empty: unknown
  std::string commit;
  std::string source;      // URL of the repository, without user info
  bool untrusted = false;  // code of a fork, or nobody can tell: the cache is read-only
};

// Never throws: what cannot be read is unknown.
Host detect(const sys::Environment& environment);

// Marks in the log between which the host folds, each with its line end; empty where it has none. `title` is the same
// in both, and unlike the others of the job.
std::string group_start(const Host& host, std::string_view title, Clock::Wall now);
std::string group_end(const Host& host, std::string_view title, Clock::Wall now);

}  // namespace polyarch::ci
