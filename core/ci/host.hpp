#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "ci/annotation.hpp"
#include "sys/environment.hpp"

// The CI system that we run in. The only room that knows the variables of CI systems.
namespace polyarch::ci {

// What a host lets its jobs log in to a registry with.
struct Login {
  std::string registry;
  std::string username;
  std::string password;
};

struct Host {
  std::string name = "local";  // "github", "gitlab", "jenkins", "local"
  bool ci = false;             // no terminal, nobody looks: calm output
  std::string run_id;          // the same in all jobs of one pipeline run, and in a repeated one; empty: none
  std::string branch;          // that is built; empty: unknown, or a tag is built
  std::string base_branch;     // of a pull request; empty: not a pull request
  std::string default_branch;  // empty: unknown
  std::string commit;
  std::string source;        // URL of the repository, without user info
  bool untrusted = false;    // code of a fork, or nobody can tell: the cache is read-only
  std::string git_context;   // the job's commit as BuildKit fetches it; empty: unknown
  std::string workspace;     // directory of the checked-out repository; empty: unknown
  std::string outputs_file;  // that later steps read values from; empty: none
  std::string summary_file;  // Markdown that the host shows with the job; empty: none
  std::vector<Login> logins;
};

// Never throws: what cannot be read is unknown.
Host detect(const sys::Environment& environment);

// Marks in the log between which the host folds, each with its line end; empty where it has none. `title` is the same
// in both, and unlike the others of the job.
std::string group_start(const Host& host, std::string_view title, Clock::Wall now);
std::string group_end(const Host& host, std::string_view title, Clock::Wall now);

// A line of the log that the host shows outside it; empty where it has no such thing. `file` is made relative to the
// workspace.
std::string annotation_line(const Host& host, Annotation annotation);
// A line that has the host take `secret` out of its logs; empty where it cannot be told.
std::string mask_line(const Host& host, std::string_view secret);
// An entry for the file of outputs.
std::string output_entry(const Host& host, std::string_view name, std::string_view value);

}  // namespace polyarch::ci
