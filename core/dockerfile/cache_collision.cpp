#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <optional>

#include "base/text.hpp"
#include "dockerfile/rules.hpp"
#include "dockerfile/shell.hpp"

// Cache mounts are shared by all platforms of a builder unless their id differs. Most tools keep architectures apart in
// their caches; these do not, or cannot be used by two at once.
namespace polyarch::dockerfile {
namespace {

std::string field(const Arguments& mount, const std::vector<std::string>& names) {
  for (const auto& name : names) {
    if (const auto found = mount.find(name); found != mount.end()) return found->second;
  }
  return {};
}

bool runs(const std::vector<ShellCommand>& commands, const std::vector<std::string_view>& programs) {
  return std::ranges::any_of(commands, [&](const ShellCommand& command) {
    return std::ranges::find(programs, command.front()) != programs.end();
  });
}

bool is_apt_directory(std::string_view path) {
  static constexpr std::array<std::string_view, 4> directories{"/var/cache/apt", "/var/cache/apt/archives",
                                                               "/var/lib/apt", "/var/lib/apt/lists"};
  return std::ranges::find(directories, path) != directories.end();
}

// Why platforms that share `mount` get in each other's way; nullopt when they do not.
std::optional<std::string> collision(const Arguments& mount, std::string_view path,
                                     const std::vector<ShellCommand>& commands) {
  const auto sharing = text::lower(field(mount, {"sharing"}));
  if (is_apt_directory(path) && (sharing.empty() || sharing == "shared") && runs(commands, {"apt-get", "apt"})) {
    return "apt locks it, so that the platform that comes second fails";
  }
  const auto name = path.substr(path.rfind('/') + 1);
  if (name == "target" && runs(commands, {"cargo"}))
    return "cargo puts the programs of all platforms in the same place";
  if (name == "node_modules" && runs(commands, {"npm", "yarn", "pnpm", "bun"})) {
    return "native modules of one platform are found by the others";
  }
  if ((name == ".venv" || name == "venv") && runs(commands, {"pip", "pip3", "python", "python3", "uv", "poetry"})) {
    return "compiled packages of one platform are found by the others";
  }
  if (name == "build" && runs(commands, {"cmake", "make", "ninja", "meson"})) {
    return "object files of one platform are taken for those of another";
  }
  return std::nullopt;
}

void check_run(const Instruction& run, const std::vector<oci::Platform>& platforms, std::vector<Finding>& findings) {
  const auto commands = commands_of(run);
  for (const auto& mount : mounts_of(run)) {
    if (text::lower(field(mount, {"type"})) != "cache") continue;
    std::string path = field(mount, {"target", "dst", "destination"});
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    const auto id = field(mount, {"id"});
    // A variable may well hold the platform.
    if ((id.empty() ? path : id).find('$') != std::string::npos) continue;
    const auto reason = collision(mount, path, commands);
    if (!reason) continue;
    findings.push_back(
        {.rule = "cache-mount-collision",
         .line = run.first_line,
         .message = fmt::format("{} share the cache mount of {}: {}", list_of(platforms), path, *reason),
         .cure = fmt::format("declare ARG TARGETPLATFORM in the stage and add id={}-$TARGETPLATFORM to the mount{}",
                             id.empty() ? path.substr(path.rfind('/') + 1) : id,
                             is_apt_directory(path) ? ", or sharing=locked" : "")});
    return;
  }
}

}  // namespace

void find_cache_collisions(const Examined& examined, std::vector<Finding>& findings) {
  for (std::size_t i = 0; i < examined.file.stages.size(); ++i) {
    const auto platforms = platforms_running(examined, i);
    if (platforms.size() < 2) continue;
    for (const auto& instruction : examined.file.stages[i].instructions) {
      if (instruction.name == "RUN") check_run(instruction, platforms, findings);
    }
  }
}

}  // namespace polyarch::dockerfile
