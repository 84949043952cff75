#include "app/qemu.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <memory>
#include <set>

#include "app/qemu_image.hpp"
#include "base/text.hpp"
#include "sys/files.hpp"

namespace polyarch::app {
namespace {

using Action = QemuRegistration::Action;
using Steady = std::chrono::steady_clock;
using namespace std::chrono_literals;

std::string find_problem(const QemuEntryStatus& status, const std::optional<binfmt::Entry>& entry,
                         const binfmt::Executor& executor, sys::Runner& runner) {
  if (!status.registered) return "no emulator is registered";
  if (executor.kind == binfmt::Executor::Kind::nothing) return executor.problem;
  if (const auto failure = binfmt::prove(status.platform, runner)) return *failure;
  if (entry && !entry->fixed()) return "flag F is missing: it works here, but not in containers";
  return {};
}

QemuEntryStatus status_of(const oci::Platform& platform, const QemuTools& tools) {
  using Kind = binfmt::Executor::Kind;
  QemuEntryStatus status;
  status.platform = platform;
  const auto executor = binfmt::executor(platform, tools.runner);
  const auto entry = tools.emulators.find(platform);
  status.native = executor.kind == Kind::machine && !entry;
  status.registered = executor.kind == Kind::qemu || entry;
  status.version = executor.version;
  if (entry) {
    status.entry = entry->name;
    status.interpreter = entry->interpreter;
    status.flags = entry->flags;
  }
  if (!status.native) status.problem = find_problem(status, entry, executor, tools.runner);
  status.works = status.problem.empty();
  return status;
}

// Emulators for what does not work yet, and a directory that holds those that came out of an image. The kernel keeps
// them open, so the directory may go once they are registered.
class Sources {
 public:
  Sources(const std::vector<QemuEntryStatus>& broken, const std::string& image, const QemuTools& tools)
      : image_(image.empty() ? default_qemu_image : image) {
    std::vector<binfmt::Architecture> missing;
    for (const auto& each : broken) {
      const auto architecture = binfmt::find_architecture(each.platform).value();
      const auto local = image.empty() ? binfmt::local_interpreter(architecture) : std::nullopt;
      if (local)
        interpreters_[architecture.qemu] = *local;
      else if (std::ranges::find(missing, architecture.qemu, &binfmt::Architecture::qemu) == missing.end())
        missing.push_back(architecture);
    }
    if (!missing.empty()) extract(missing, tools);
  }

  const std::filesystem::path& path(const oci::Platform& platform) const {
    return interpreters_.at(binfmt::find_architecture(platform).value().qemu);
  }
  // What to tell of it: the image, not the directory that will be gone.
  std::string describe(const oci::Platform& platform) const {
    const bool extracted = directory_ && path(platform).parent_path() == directory_->path();
    return extracted ? image_ : path(platform).string();
  }

 private:
  void extract(const std::vector<binfmt::Architecture>& missing, const QemuTools& tools) {
    if (!tools.registry) {
      throw Error(ErrorKind::emulation, fmt::format("there is no static qemu-{} in PATH", missing.front().qemu),
                  "install qemu-user-static, or name an image that brings QEMU with --image");
    }
    const auto image = oci::Reference::parse(image_);
    directory_ = std::make_unique<sys::TemporaryDirectory>("polyarch-qemu-");
    interpreters_.merge(
        extract_interpreters(tools.registry(), image, binfmt::native_platform(), missing, directory_->path()));
  }

  std::string image_;
  std::unique_ptr<sys::TemporaryDirectory> directory_;
  Interpreters interpreters_;
};

QemuRegistration kept(const QemuEntryStatus& status) {
  QemuRegistration out;
  out.status = status;
  out.action = status.native ? Action::native : Action::kept;
  return out;
}

QemuRegistration add(const QemuEntryStatus& before, const Sources& sources, binfmt::Emulators& emulators) {
  const auto start = Steady::now();
  const auto added = emulators.add(before.platform, sources.path(before.platform));
  QemuRegistration out;
  out.status = {before.platform,   false, true, added.entry.name, added.entry.interpreter, added.version,
                added.entry.flags, true,  {}};
  out.action = added.replaced.empty() ? Action::registered : Action::replaced;
  out.source = sources.describe(before.platform);
  if (!added.replaced.empty()) {
    out.replaced = fmt::format("{} ({})", text::join(added.replaced, ", "),
                               before.entry.empty() ? "it was not in use" : before.problem);
  }
  out.took = std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - start);
  return out;
}

// The image's own program registers what it brings, from a container that has the right we lack.
sys::ProcessResult ask_docker(const std::vector<QemuEntryStatus>& broken, const std::string& image,
                              sys::Runner& runner) {
  std::vector<std::string> entries, architectures;
  for (const auto& each : broken) {
    if (!each.entry.empty()) entries.push_back(each.entry);
    architectures.push_back(each.platform.architecture);
  }
  sys::Command command;
  command.argv = {"docker", "run", "--privileged", "--rm", image};
  if (!entries.empty()) command.argv.insert(command.argv.end(), {"--uninstall", text::join(entries, ",")});
  command.argv.insert(command.argv.end(), {"--install", text::join(architectures, ",")});
  command.deadline = 10min;
  return runner.run(command);
}

std::vector<QemuRegistration> register_through_docker(const std::vector<QemuEntryStatus>& statuses,
                                                      const std::vector<QemuEntryStatus>& broken,
                                                      const std::string& image, const Error& obstacle,
                                                      const QemuTools& tools) {
  if (obstacle.kind() != ErrorKind::permission || !sys::find_program("docker")) throw obstacle;
  const auto result = ask_docker(broken, image, tools.runner);
  if (!result.ok()) {
    throw Error(ErrorKind::permission,
                fmt::format("{}; and Docker cannot do it instead: {}", obstacle.message(),
                            text::printable(text::replace_all(text::trim(result.err).substr(0, 500), "\n", " "))),
                obstacle.hint());
  }
  std::vector<QemuRegistration> out;
  for (const auto& before : statuses) {
    out.push_back(kept(before));
    if (before.works) continue;
    out.back().status = status_of(before.platform, tools);
    if (!out.back().status.works) {
      throw Error(ErrorKind::emulation,
                  fmt::format("Docker ran {}, but programs of {} do not run: {}", image, before.platform.str(),
                              out.back().status.problem),
                  "name an image that brings this emulator with --image, or run polyarch as root");
    }
    out.back().action = before.entry.empty() ? Action::registered : Action::replaced;
    out.back().source = fmt::format("docker run {}", image);
    if (!before.entry.empty()) out.back().replaced = fmt::format("{} ({})", before.entry, before.problem);
  }
  return out;
}

}  // namespace

std::vector<oci::Platform> common_platforms() {
  return oci::parse_platforms(
      {"linux/amd64,linux/arm64,linux/arm/v7,linux/386,linux/riscv64,linux/ppc64le,linux/s390x"});
}

std::vector<QemuEntryStatus> qemu_status(const std::vector<oci::Platform>& platforms, const QemuTools& tools) {
  std::vector<QemuEntryStatus> out;
  for (const auto& platform : platforms) out.push_back(status_of(platform, tools));
  return out;
}

std::vector<QemuRegistration> qemu_register(const std::vector<oci::Platform>& platforms, const std::string& image,
                                            const QemuTools& tools) {
  const auto statuses = qemu_status(platforms, tools);
  std::vector<QemuEntryStatus> broken;
  std::ranges::copy_if(statuses, std::back_inserter(broken), [](const auto& status) { return !status.works; });
  std::vector<QemuRegistration> out;
  if (!broken.empty()) {
    if (const auto obstacle = tools.emulators.obstacle()) {
      return register_through_docker(statuses, broken, image.empty() ? std::string(default_qemu_image) : image,
                                     *obstacle, tools);
    }
  }
  const Sources sources(broken, image, tools);
  std::set<std::string> added;  // arm/v6 and arm/v7 share an emulator
  for (const auto& status : statuses) {
    if (status.works)
      out.push_back(kept(status));
    else if (added.insert(status.platform.architecture).second)
      out.push_back(add(status, sources, tools.emulators));
    else
      out.push_back(kept(status_of(status.platform, tools)));
  }
  return out;
}

std::vector<std::string> qemu_unregister(const std::vector<oci::Platform>& platforms, binfmt::Emulators& emulators) {
  std::vector<std::string> removed;
  for (const auto& platform : platforms) {
    const auto program = binfmt::probe_program(platform);
    for (const auto& entry : emulators.entries()) {
      if (!entry.name.starts_with("qemu-") || !entry.takes(program)) continue;
      emulators.remove(entry.name);
      removed.push_back(entry.name);
    }
  }
  return removed;
}

}  // namespace polyarch::app
