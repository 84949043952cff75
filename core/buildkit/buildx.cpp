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

std::vector<std::string> find_buildx(sys::Runner& runner) {
  const std::vector<std::string> plugin{"docker", "buildx"};
  if (works(runner, plugin)) return plugin;
  const std::vector<std::string> standalone{"buildx"};
  if (works(runner, standalone)) return standalone;
  throw Error(
      ErrorKind::builder, "neither 'docker buildx' nor a standalone 'buildx' works here",
      "install Docker with its buildx plugin (package docker-buildx-plugin or docker-buildx), or put the buildx "
      "binary on PATH; polyarch needs version 0.13 or newer");
}

}  // namespace polyarch::buildkit
