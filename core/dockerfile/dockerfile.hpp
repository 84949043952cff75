#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oci/platform.hpp"

// The Dockerfile format, as far as its stages, platforms and lines are concerned (Dockerfile reference; BuildKit's
// frontend/dockerfile is the judge). Pure.
namespace polyarch::dockerfile {

struct Instruction {
  std::string name;                   // upper case: "RUN"
  std::vector<std::string> flags;     // "--platform=$BUILDPLATFORM", before the arguments
  std::string arguments;              // continuation lines joined, comments dropped; without heredoc bodies
  std::vector<std::string> heredocs;  // their bodies, in order
  int first_line = 0;                 // 1-based
  int last_line = 0;                  // heredoc bodies included
};

struct Stage {
  Instruction from;
  std::string base;                       // as written: may hold $ARG, the name of an earlier stage, or "scratch"
  std::string name;                       // lower case; empty when unnamed
  std::string platform;                   // as written: "$BUILDPLATFORM", or empty
  std::vector<Instruction> instructions;  // after FROM
};

struct Dockerfile {
  char escape = '\\';               // the escape directive
  std::vector<Instruction> global;  // ARGs before the first FROM
  std::vector<Stage> stages;
};

// The frontend that "# syntax=…" names, or nullopt. A file for a frontend other than docker/dockerfile may be in
// another language altogether.
std::optional<std::string> find_syntax(std::string_view text);

// Throws Error{input} with "FILE:LINE: …" on: no FROM, an unknown instruction, an unfinished heredoc, NUL bytes, over 4
// MiB.
Dockerfile parse(std::string_view text, std::string_view filename);

// The index of the stage that `target` names (empty: the last); throws Error{usage} with the names there are.
std::size_t find_stage(const Dockerfile& file, std::string_view target);

using Arguments = std::map<std::string, std::string>;

// An image that the build pulls.
struct BaseImage {
  std::string reference;   // expanded
  oci::Platform platform;  // for which platform it is pulled
  int line = 0;
};

// The external images (FROM, COPY --from, RUN --mount from=) that `target` needs when it is built for `platform` on a
// builder of `build_platform`; named contexts (`contexts`, lower case) and `scratch` are none. Only reachable stages
// count. An expression that cannot be expanded (an unset ARG) is left out.
std::vector<BaseImage> base_images(const Dockerfile& file, std::string_view target, const oci::Platform& platform,
                                   const oci::Platform& build_platform, const Arguments& build_args,
                                   const std::vector<std::string>& contexts);

// A cache mount of a RUN: a directory that the builder keeps from build to build.
struct CacheMount {
  std::string id;      // expanded; without one, the target is it. Empty: it cannot be told
  std::string target;  // expanded as far as that can be told
  std::string from;    // what it begins with; empty: nothing
  // The fields uid, gid and mode, as in "uid=1000,mode=0750": another owner or mode is another directory.
  std::string owner;
  oci::Platform platform;  // that the step runs on
  int line = 0;

  bool operator==(const CacheMount&) const = default;
};

// The cache mounts of every step that `target` needs when it is built for `platform`, each id, owner and platform once.
std::vector<CacheMount> cache_mounts(const Dockerfile& file, std::string_view target, const oci::Platform& platform,
                                     const oci::Platform& build_platform, const Arguments& build_args,
                                     const std::vector<std::string>& contexts);

// True when the stage of that index runs on the build platform whatever the target: its FROM says $BUILDPLATFORM.
bool runs_on_build_platform(const Dockerfile& file, std::size_t stage);

// Something about the Dockerfile that costs a multi-platform build time or correctness.
struct Finding {
  std::string rule;  // kebab-case: "emulated-compile"
  int line = 0;
  std::string message;
  std::string cure;
};
std::vector<Finding> lint(const Dockerfile& file, std::string_view target, const std::vector<oci::Platform>& platforms,
                          const oci::Platform& build_platform);

}  // namespace polyarch::dockerfile
