#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"
#include "oci/descriptor.hpp"
#include "oci/platform.hpp"
#include "report/run.hpp"

namespace polyarch::buildkit {

// One solve: one invocation of `buildx build` on one builder, for one or more platforms.
// Everything is in the terms of buildx's own flags; nothing is interpreted here.
struct Solve {
  std::string builder;
  std::vector<oci::Platform> platforms;
  std::string context;     // a directory, a URL, or "-" for an empty context with the Dockerfile in `input`
  std::string input;       // standard input of buildx
  std::string dockerfile;  // path; empty: the default of the context
  std::string target;
  std::vector<std::string> outputs;  // "type=image,name=…,push=true,push-by-digest=true,name-canonical=true"
  std::vector<std::string> build_args;
  std::vector<std::string> build_contexts;
  std::vector<std::string> secrets;
  std::vector<std::string> ssh;
  std::vector<std::string> labels;
  std::vector<std::string> annotations;
  std::vector<std::string> no_cache_filters;
  std::vector<std::string> add_hosts;
  std::vector<std::string> ulimits;
  std::vector<std::string> allow;
  std::vector<std::string> attests;
  std::vector<std::string> cache_from;
  std::vector<std::string> cache_to;
  std::vector<std::string> tags;
  std::string provenance;
  std::string sbom;
  std::string network;
  std::string shm_size;
  std::string cgroup_parent;
  std::string call;
  bool no_cache = false;
  bool pull = false;
  bool load = false;
};

// The arguments after `docker buildx`: {"build","--builder",…}. Pure. An empty `metadata_file`: none. Build arguments
// whose value must not be seen are passed by name alone (the value goes by the child's environment: `--build-arg KEY`).
std::vector<std::string> build_argv(const Solve& solve, const std::filesystem::path& metadata_file);

// What buildx wrote to --metadata-file.
struct Metadata {
  std::optional<oci::Descriptor> image;  // containerimage.descriptor, or its digest alone
  Json raw = Json::object();
};
Metadata parse_metadata(std::string_view bytes);  // throws Error{input}

// A solve that failed.
struct SolveFailure {
  std::string builder;
  std::string dockerfile;            // as the user named it; empty: the default
  std::string output;                // what buildx wrote beside the progress stream
  std::optional<report::Step> step;  // the one that made it fail
};

// The place that BuildKit points at: "Dockerfile:12" above an excerpt. nullopt when the output has none, or several.
std::optional<int> excerpt_line(const std::string& output);

// The Error that fits: missing base platform, refused login, no space left, unreachable builder, failed step, …. The
// message names the Dockerfile's line, the platform and the step; the step's log is left to the caller.
Error solve_error(const SolveFailure& failure);

}  // namespace polyarch::buildkit
