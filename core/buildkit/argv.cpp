#include "base/text.hpp"
#include "buildkit/solve.hpp"

namespace polyarch::buildkit {
namespace {

// What is empty or false is left to buildx's own defaults.
class Arguments {
 public:
  void value(const char* flag, const std::string& value) {
    if (!value.empty()) arguments_.insert(arguments_.end(), {flag, value});
  }
  void values(const char* flag, const std::vector<std::string>& values) {
    for (const auto& one : values) value(flag, one);
  }
  void flag(const char* flag, bool set) {
    if (set) arguments_.emplace_back(flag);
  }
  std::vector<std::string> take() { return std::move(arguments_); }

 private:
  std::vector<std::string> arguments_{"build"};
};

std::string platform_list(const std::vector<oci::Platform>& platforms) {
  std::vector<std::string> names;
  for (const auto& platform : platforms) names.push_back(platform.str());
  return text::join(names, ",");
}

}  // namespace

std::vector<std::string> build_argv(const Solve& solve, const std::filesystem::path& metadata_file) {
  Arguments arguments;
  arguments.value("--builder", solve.builder);
  arguments.value("--progress", "rawjson");
  arguments.value("--metadata-file", metadata_file.string());
  arguments.value("--platform", platform_list(solve.platforms));
  arguments.value("--file", solve.dockerfile);
  arguments.value("--target", solve.target);
  arguments.value("--call", solve.call);
  arguments.values("--output", solve.outputs);
  arguments.flag("--load", solve.load);
  arguments.values("--tag", solve.tags);
  arguments.values("--label", solve.labels);
  arguments.values("--annotation", solve.annotations);
  arguments.values("--build-arg", solve.build_args);
  arguments.values("--build-context", solve.build_contexts);
  arguments.values("--secret", solve.secrets);
  arguments.values("--ssh", solve.ssh);
  arguments.values("--cache-from", solve.cache_from);
  arguments.values("--cache-to", solve.cache_to);
  arguments.flag("--no-cache", solve.no_cache);
  arguments.values("--no-cache-filter", solve.no_cache_filters);
  arguments.flag("--pull", solve.pull);
  arguments.value("--provenance", solve.provenance);
  arguments.value("--sbom", solve.sbom);
  arguments.values("--attest", solve.attests);
  arguments.value("--network", solve.network);
  arguments.values("--add-host", solve.add_hosts);
  arguments.values("--allow", solve.allow);
  arguments.value("--shm-size", solve.shm_size);
  arguments.values("--ulimit", solve.ulimits);
  arguments.value("--cgroup-parent", solve.cgroup_parent);
  auto argv = arguments.take();
  argv.push_back(solve.context);
  return argv;
}

}  // namespace polyarch::buildkit
