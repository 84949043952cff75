#pragma once
#include <optional>
#include <string>

#include "sys/environment.hpp"

// The CI system that we run in. The only room that knows the variables of CI systems.
namespace polyarch::ci {

struct Host {
  std::string name = "local";  // "github", "gitlab", "jenkins", "local"
  bool ci = false;             // no terminal, nobody looks: calm output
  std::string run_id;          // the same in all jobs of one pipeline run; empty: none
  std::string branch;          // that is built; empty: unknown
  std::string base_branch;     // of a pull request; empty: not a pull request
  std::string default_branch;  // empty: unknown
  std::string commit;
  std::string source;          // URL of the repository
  bool untrusted = false;      // a pull request from a fork: the cache is read-only
};

Host detect(const sys::Environment& environment);

// Marks in the log that the host folds; empty where it has none.
std::string group_start(const Host& host, const std::string& title);
std::string group_end(const Host& host);

}  // namespace polyarch::ci
