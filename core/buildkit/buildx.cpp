#include <unistd.h>

#include "base/error.hpp"
#include "buildkit/builder.hpp"

namespace polyarch::buildkit {
namespace {

bool works(sys::Runner& runner, std::vector<std::string> buildx) {
  sys::Command command;
  command.argv = std::move(buildx);
  command.argv.emplace_back("version");
  command.deadline = std::chrono::seconds(30);
  try {
    return runner.run(command).ok();
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted) throw;
    return false;  // not installed
  }
}

}  // namespace

std::vector<std::string> plugin_directories(const sys::Environment& environment) {
  const auto config = environment("DOCKER_CONFIG");
  const auto home = environment("HOME");
  std::vector<std::string> out;
  if (config)
    out.push_back(*config + "/cli-plugins");
  else if (home)
    out.push_back(*home + "/.docker/cli-plugins");
  for (const char* shared : {"/usr/local/lib", "/usr/local/libexec", "/usr/lib", "/usr/libexec"}) {
    out.push_back(std::string(shared) + "/docker/cli-plugins");
  }
  return out;
}

std::vector<std::string> find_buildx(sys::Runner& runner, const std::vector<std::string>& plugins) {
  // The plugin is a whole program: called directly, it saves starting docker for each call, and asking for its version.
  for (const auto& directory : plugins) {
    auto path = directory + "/docker-buildx";
    if (access(path.c_str(), X_OK) == 0) return {std::move(path)};
  }
  std::vector<std::string> plugin{"docker", "buildx"};
  if (works(runner, plugin)) return plugin;
  std::vector<std::string> standalone{"buildx"};
  if (works(runner, standalone)) return standalone;
  throw Error(
      ErrorKind::builder, "neither 'docker buildx' nor a standalone 'buildx' works here",
      "install Docker with its buildx plugin (package docker-buildx-plugin or docker-buildx), or put the buildx "
      "binary on PATH; polyarch needs version 0.13 or newer");
}

}  // namespace polyarch::buildkit
