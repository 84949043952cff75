#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/core.h>
#include <fstream>
#include <functional>
#include <iterator>
#include <sys/mount.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/text.hpp"
#include "binfmt/binfmt.hpp"
#include "sys/descriptor.hpp"

namespace polyarch::binfmt {
namespace {

namespace fs = std::filesystem;

// Writes a control file of the kernel in one write(2), as it wants it. 0, or what errno says; never creates the file.
int write_control(const fs::path& path, std::string_view text) {
  const sys::Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file) return errno;
  if (text.empty()) return 0;
  return ::write(file.get(), text.data(), text.size()) < 0 ? errno : 0;
}

// nullopt: it is gone. Another process may unregister an entry at any moment.
std::optional<std::string> read_control(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::array<char, 64U << 10> buffer;
  if (!file.is_open()) return std::nullopt;
  file.read(buffer.data(), buffer.size());
  return file.bad() ? std::nullopt : std::optional(std::string(buffer.data(), static_cast<std::size_t>(file.gcount())));
}

std::string missing_right(int error_number) {
  switch (error_number) {
    case EROFS:
      return "it is read-only here, as in a container without --privileged";
    case EPERM:
    case EACCES:
      return geteuid() == 0 ? "the process lacks CAP_SYS_ADMIN, as in a container without --privileged"
                            : "the process is not root and lacks CAP_SYS_ADMIN";
    default:
      return std::strerror(error_number);
  }
}

Error refused(std::string_view doing, int error_number) {
  const bool right = error_number == EPERM || error_number == EACCES || error_number == EROFS;
  if (!right) {
    return Error(ErrorKind::emulation, fmt::format("cannot {}: {}", doing, std::strerror(error_number)),
                 "the kernel needs binfmt_misc (CONFIG_BINFMT_MISC, or 'modprobe binfmt_misc' on the host)");
  }
  return Error(
      ErrorKind::permission, fmt::format("cannot {}: {}", doing, missing_right(error_number)),
      "any of these helps: run 'polyarch qemu register' once on the host as root (it lasts until the host restarts); "
      "run this job in a privileged container; or build the platform on a node that runs it natively");
}

// Runs what undoes a change, unless the change was kept.
class Undo {
 public:
  explicit Undo(std::function<void()> action) : action_(std::move(action)) {}
  ~Undo() {
    if (action_) action_();
  }
  Undo(const Undo&) = delete;
  Undo& operator=(const Undo&) = delete;
  void keep() { action_ = nullptr; }

 private:
  std::function<void()> action_;
};

std::string kernel_release() {
  utsname name{};
  uname(&name);
  return name.release;
}

}  // namespace

Emulators::Emulators(sys::Runner& runner, fs::path root) : runner_(runner), root_(std::move(root)) {}

bool Emulators::mounted() const {
  std::error_code unreachable;  // such as an automount point that a container cannot enter
  return fs::exists(root_ / "register", unreachable);
}

bool Emulators::switched_on() const {
  return read_control(root_ / "status").value_or("").starts_with("enabled");
}

std::optional<Error> Emulators::obstacle() {
  if (!mounted() && ::mount("binfmt_misc", root_.c_str(), "binfmt_misc", 0, nullptr) != 0) {
    return refused(fmt::format("mount binfmt_misc at {}", root_.string()), errno);
  }
  if (const int error_number = write_control(root_ / "register", "")) {
    return refused(fmt::format("write {}", (root_ / "register").string()), error_number);
  }
  if (switched_on()) return std::nullopt;
  const int error_number = write_control(root_ / "status", "1");
  return error_number == 0 ? std::nullopt : std::optional(refused("switch binfmt_misc on", error_number));
}

void Emulators::mount() {
  if (const auto error = obstacle()) throw *error;
}

std::vector<Entry> Emulators::entries() const {
  std::vector<Entry> out;
  if (!mounted()) return out;
  for (const auto& file : fs::directory_iterator(root_)) {
    const auto name = file.path().filename().string();
    if (name == "register" || name == "status") continue;
    if (const auto text = read_control(file.path())) out.push_back(parse_entry(name, *text));
  }
  return out;
}

std::optional<Entry> Emulators::find(const oci::Platform& platform) const {
  if (!find_architecture(platform) || !switched_on()) return std::nullopt;
  const auto program = probe_program(platform);
  const auto all = entries();
  const auto found = std::ranges::find_if(all, [&](const Entry& e) { return e.enabled && e.takes(program); });
  return found == all.end() ? std::nullopt : std::optional(*found);
}

std::vector<Entry> Emulators::displaced_by(const Entry& entry, const oci::Platform& platform) const {
  const auto in_use = find(platform);
  auto out = entries();
  std::erase_if(out, [&](const Entry& e) { return e.name != entry.name && !(in_use && e.name == in_use->name); });
  for (const auto& old : out)
    register_line(old);  // throws now, before anything is changed, if it could not be put back
  return out;
}

void Emulators::register_entry(const Entry& entry) {
  const int error_number = write_control(root_ / "register", register_line(entry));
  if (error_number == 0 || error_number == EEXIST) return;  // a concurrent run was faster: the proof decides
  throw Error(
      ErrorKind::emulation,
      fmt::format("the kernel does not take {} as {}: {}", entry.interpreter, entry.name, std::strerror(error_number)),
      "flag F needs Linux 4.8 or newer, and an emulator on a file system that is not mounted noexec");
}

Registration Emulators::add(const oci::Platform& platform, const fs::path& interpreter) {
  probe_program(platform);
  mount();
  const auto version = interpreter_version(interpreter, runner_);
  const auto entry = qemu_entry(*find_architecture(platform), interpreter, qemu_flags(version, kernel_release()));
  const auto displaced = displaced_by(entry, platform);
  Undo undo([&] {
    write_control(root_ / entry.name, "-1");
    for (const auto& old : displaced) restore(old);
  });
  Registration done{entry, version, {}};
  for (const auto& old : displaced) {
    remove(old.name);
    done.replaced.push_back(old.name);
  }
  register_entry(entry);
  if (const auto reason = prove(platform, runner_)) {
    throw Error(ErrorKind::emulation, fmt::format("{} as {} does not work: {}", entry.interpreter, entry.name, *reason),
                "try another version of QEMU: --image names an image that brings one");
  }
  undo.keep();
  return done;
}

// As far as it can be: an interpreter that is held open (F) and was deleted meanwhile is gone.
void Emulators::restore(const Entry& entry) const noexcept {
  write_control(root_ / "register", register_line(entry));
  if (!entry.enabled) write_control(root_ / entry.name, "0");
}

void Emulators::remove(const std::string& entry_name) {
  if (entry_name.empty() || entry_name == "register" || entry_name == "status" ||
      entry_name.find('/') != entry_name.npos) {
    throw Error(ErrorKind::usage, fmt::format("'{}' is not the name of an emulator", entry_name));
  }
  const auto path = root_ / entry_name;
  const int error_number = write_control(path, "-1");
  if (error_number != 0 && error_number != ENOENT) {
    throw refused(fmt::format("unregister {}", path.string()), error_number);
  }
}

}  // namespace polyarch::binfmt
