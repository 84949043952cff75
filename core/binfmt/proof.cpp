#include <cerrno>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/text.hpp"
#include "binfmt/binfmt.hpp"
#include "sys/descriptor.hpp"
#include "sys/files.hpp"

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

namespace polyarch::binfmt {
namespace {

using namespace std::chrono_literals;

// A program in memory: no disk that may forbid execution, and no file that a concurrent fork keeps open for writing.
class MemoryProgram {
 public:
  explicit MemoryProgram(std::string_view bytes) : file_(create()) {
    if (!file_) sys::throw_errno("create a program in memory", errno);
    if (::write(file_.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) {
      sys::throw_errno("write a program in memory", errno);
    }
  }

  std::string path() const { return fmt::format("/proc/{}/fd/{}", getpid(), file_.get()); }

 private:
  static int create() {
    const int fd = memfd_create("polyarch-probe", MFD_CLOEXEC | MFD_EXEC);
    return fd < 0 && errno == EINVAL ? memfd_create("polyarch-probe", MFD_CLOEXEC) : fd;  // before Linux 6.3
  }

  sys::Descriptor file_;
};

struct Launch {
  sys::ProcessResult result;
  std::string refusal;  // why the kernel did not start it
};

Launch launch(const oci::Platform& platform, sys::Runner& runner, std::map<std::string, std::string> env) {
  const MemoryProgram program(probe_program(platform));
  sys::Command command;
  command.argv = {program.path()};
  command.env = std::move(env);
  command.deadline = 10s;
  try {
    return {runner.run(command), {}};
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::failed) throw;
    const auto& message = error.message();
    const auto cause = message.rfind(": ");
    return {{}, fmt::format("the kernel refused it: {}", message.substr(cause == message.npos ? 0 : cause + 2))};
  }
}

std::string first_line(std::string_view output) {
  return text::printable(text::trim(output.substr(0, output.find('\n'))).substr(0, 200));
}

std::string describe_failure(const Launch& launch) {
  const auto& [result, refusal] = launch;
  if (!refusal.empty()) return refusal;
  if (result.timed_out) return "it did not end within 10 s";
  const auto said = first_line(result.err.empty() ? result.out : result.err);
  return fmt::format("it ended with status {}{}{}", result.status, said.empty() ? "" : " and said: ", said);
}

bool answered(const Launch& launch, const oci::Platform& platform) {
  return launch.refusal.empty() && launch.result.ok() && launch.result.out == probe_answer(platform);
}

}  // namespace

Executor executor(const oci::Platform& platform, sys::Runner& runner) {
  const auto launched = launch(platform, runner, {{"QEMU_VERSION", "1"}});
  if (answered(launched, platform)) return {Executor::Kind::machine, {}, {}};
  const auto version = parse_qemu_version(launched.result.out);
  if (!version.empty()) return {Executor::Kind::qemu, version, {}};
  return {Executor::Kind::nothing, {}, describe_failure(launched)};
}

bool runs_natively(const oci::Platform& platform, sys::Runner& runner) {
  return executor(platform, runner).kind == Executor::Kind::machine;
}

std::optional<std::string> prove(const oci::Platform& platform, sys::Runner& runner) {
  const auto launched = launch(platform, runner, {});
  if (answered(launched, platform)) return std::nullopt;
  return fmt::format("a {} program does not run: {}", platform.str(), describe_failure(launched));
}

}  // namespace polyarch::binfmt
