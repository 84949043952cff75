#pragma once
#include <chrono>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "oci/platform.hpp"
#include "sys/process.hpp"

// QEMU user emulation through the kernel's binfmt_misc (Documentation/admin-guide/binfmt-misc.rst).
namespace polyarch::binfmt {

// One architecture that QEMU emulates.
struct Architecture {
  std::string_view architecture;  // OCI: "arm64"
  std::string_view variant;       // OCI: "v7" for arm, else empty
  std::string_view qemu;          // QEMU's name: "aarch64"
  std::string_view magic;         // raw bytes of the ELF header
  std::string_view mask;
};
std::span<const Architecture> architectures();
// nullopt: QEMU user emulation does not know it.
std::optional<Architecture> find_architecture(const oci::Platform& platform);
// The platform that this machine runs without help.
oci::Platform native_platform();
// True when the CPU and kernel run it without QEMU (386 on amd64, arm/v7 on most arm64): judged by running the probe.
bool runs_natively(const oci::Platform& platform, sys::Runner& runner);

// An entry of binfmt_misc.
struct Entry {
  std::string name;         // "qemu-aarch64"
  bool enabled = false;
  std::string interpreter;
  std::string flags;        // "F", "OCF", …
  std::string magic;        // raw bytes
  std::string mask;
};
Entry parse_entry(std::string_view name, std::string_view text);  // throws Error{emulation}
// The line for /proc/sys/fs/binfmt_misc/register, flag F (fix binary) so that it works inside containers.
std::string register_line(const Architecture& architecture, const std::string& interpreter, std::string_view name);

// A complete static ELF program of that architecture, made here, that writes "polyarch:ARCH\n" to standard output and exits 0.
// Throws Error{usage} for an architecture without one.
std::string probe_program(const oci::Platform& platform);

// Runs the probe of `platform`; nullopt: it answered right. Else why not.
std::optional<std::string> prove(const oci::Platform& platform, sys::Runner& runner);

// The registry of emulators of this kernel. `root` is "/proc/sys/fs/binfmt_misc" but in tests.
class Emulators {
 public:
  explicit Emulators(sys::Runner& runner, std::filesystem::path root = "/proc/sys/fs/binfmt_misc");

  bool mounted() const;
  // Mounts binfmt_misc when it is not; throws Error{permission} that names what is missing and the ways to get it.
  void mount();
  std::vector<Entry> entries() const;
  // The entry that the kernel would use for this platform's programs.
  std::optional<Entry> find(const oci::Platform& platform) const;
  // Registers `interpreter` (a static binary) and proves it; on a failed proof the entry is taken back: Error{emulation}.
  Entry add(const oci::Platform& platform, const std::filesystem::path& interpreter);
  void remove(const std::string& entry_name);  // absent is success

 private:
  sys::Runner& runner_;
  std::filesystem::path root_;
};

// A local static interpreter (qemu-ARCH-static or qemu-ARCH in PATH) that is statically linked, or nullopt.
std::optional<std::filesystem::path> local_interpreter(const Architecture& architecture);
// "8.2.2" as the interpreter itself says; empty when it does not.
std::string interpreter_version(const std::filesystem::path& interpreter, sys::Runner& runner);

}  // namespace polyarch::binfmt
