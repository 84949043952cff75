#include "buildkit/solve_run.hpp"

#include "sys/files.hpp"

namespace polyarch::buildkit {
namespace {

constexpr std::size_t largest_metadata = 16U << 20;

// buildx writes no metadata for `--call check` and the like.
Metadata read_metadata(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) return {};
  return parse_metadata(sys::read_file(file, largest_metadata));
}

[[noreturn]] void fail(const Solve& solve, const ProgressStream& progress, const ProgressStream::Listener& listener) {
  SolveFailure failure{solve.builder, solve.dockerfile, progress.output(), progress.failed_step()};
  if (failure.step) {
    failure.step->line = excerpt_line(failure.output).value_or(0);
    if (listener.step) listener.step(*failure.step);
  }
  throw solve_error(failure);
}

}  // namespace

SolveResult run_solve(const Solve& solve, const std::vector<std::string>& buildx,
                      const std::map<std::string, std::string>& env, sys::Runner& runner,
                      const ProgressStream::Listener& listener, const std::vector<oci::Platform>& emulated) {
  const sys::TemporaryDirectory directory;
  const auto metadata_file = directory.path() / "metadata.json";
  ProgressStream progress(solve.platforms, listener, emulated);
  sys::Command command;
  command.argv = buildx;
  const auto arguments = build_argv(solve, metadata_file);
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  command.env = env;
  command.input = solve.input;
  command.on_stderr = [&progress](std::string_view line) { progress.feed(line); };
  const auto result = runner.run(command);
  progress.finish();
  if (!result.ok()) fail(solve, progress, listener);
  return {read_metadata(metadata_file), progress.steps(), result.out};
}

}  // namespace polyarch::buildkit
