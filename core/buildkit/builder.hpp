#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "oci/platform.hpp"
#include "sys/environment.hpp"
#include "sys/process.hpp"

namespace polyarch::buildkit {

struct Node {
  std::string name;
  std::string endpoint;
  std::string status;   // "running", "inactive", "stopped", …
  std::string version;  // of BuildKit
  std::string error;
  std::vector<oci::Platform> platforms;          // native and emulated ones, as the node says
  std::string daemon_flags = {};                 // that buildx started BuildKit with
  std::vector<std::string> driver_options = {};  // KEY=VALUE
};

struct Builder {
  std::string name;
  std::string driver;  // "docker-container", "docker", "remote", "kubernetes"; empty when buildx could not load it
  std::string error;   // why buildx could not load it
  std::vector<Node> nodes;
  bool ours = false;  // carries our mark: the name prefix "polyarch-"
};

// True when no node of it runs `platform` without QEMU; false as long as no node has said what it runs. A node names
// its machine's own platform first (BuildKit's worker list).
bool emulates(const Builder& builder, const oci::Platform& platform);

// What `docker buildx inspect` printed (any buildx since 0.10). Throws Error{builder} on text that names no builder.
Builder parse_inspect(std::string_view text);
// The builders in what `docker buildx ls` printed.
std::vector<std::string> parse_names(std::string_view text);

// Where docker looks for its plugins, best first.
std::vector<std::string> plugin_directories(const sys::Environment& environment);

// How buildx is called here: the plugin itself where it lies in one of `plugins`, else {"docker","buildx"}, else
// {"buildx"}. Throws Error{builder} with the ways to get it.
std::vector<std::string> find_buildx(sys::Runner& runner, const std::vector<std::string>& plugins);

struct CreateOptions {
  std::string name;  // without the prefix; empty: made up, unique
  std::string driver = "docker-container";
  std::string endpoint;                               // remote: tcp://… or unix://…
  std::map<std::string, std::string> driver_options;  // image=…, network=…
  std::string buildkitd_config;                       // a file
  std::vector<std::string> buildkitd_flags;
  std::vector<oci::Platform> platforms;
  std::chrono::milliseconds ready_within{60'000};
  std::function<void(const std::string& name)> announce = {};  // told the full name before anything is made
};

// The builders of this machine, through buildx. Not for several threads.
class Builders {
 public:
  // `cleanup` is not cancelled by Ctrl-C: removals go through it.
  Builders(std::vector<std::string> buildx, sys::Runner& runner, sys::Runner& cleanup);

  // nullopt when there is no such builder. An empty name: the current one. `bootstrap` starts it first; throws
  // Error{builder} when it does not run `within` that time.
  std::optional<Builder> inspect(const std::string& name, bool bootstrap,
                                 std::chrono::milliseconds within = std::chrono::minutes(1));
  // Creates and waits until it answers, also behind an Engine that the environment names with TLS; on failure the
  // daemon's log is in the message, and nothing is left behind. A builder of that name that is there is reused, with
  // another driver or endpoint refused. The user's current builder stays what it is.
  Builder create(const CreateOptions& options);
  // Removes a builder of ours with its state; others are refused with Error{usage}. Absent is success.
  void remove(const std::string& name, bool keep_state = false);
  std::vector<std::string> names();

 private:
  sys::ProcessResult buildx(sys::Runner& runner, std::vector<std::string> arguments, std::chrono::milliseconds within);
  Builder bootstrap(const CreateOptions& options, const std::string& name);
  sys::ProcessResult create_once(const CreateOptions& options, const std::string& name);
  void make_context(const std::string& name);
  void remove_context(const std::string& name);
  std::string connection_error(const CreateOptions& options, const std::string& name);
  std::string daemon_log(const CreateOptions& options, const std::string& name);
  void discard(const std::string& name) noexcept;

  std::vector<std::string> buildx_;
  std::set<std::string> contexts_;  // builders that we made a context of docker's command line for
  sys::Runner& runner_;
  sys::Runner& cleanup_;
};

inline constexpr std::string_view builder_prefix = "polyarch-";

}  // namespace polyarch::buildkit
