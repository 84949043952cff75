#pragma once
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "oci/platform.hpp"
#include "sys/process.hpp"

// QEMU user emulation through the kernel's binfmt_misc (Documentation/admin-guide/binfmt-misc.rst).
namespace polyarch::binfmt {

// One architecture that QEMU emulates.
struct Architecture {
  std::string_view architecture;  // OCI: "arm64"
  std::string_view qemu;          // QEMU's name: "aarch64"
  std::string_view magic;         // raw bytes of the ELF header, of a program that is not position-independent
  std::string_view mask;
};
std::span<const Architecture> architectures();
// nullopt: QEMU user emulation does not know it. Variants share an emulator: arm/v5, v6 and v7 are one.
std::optional<Architecture> find_architecture(const oci::Platform& platform);
// The platform of this machine's kernel.
oci::Platform native_platform();

// A complete static ELF program of that architecture, made here, that writes probe_answer() to standard output and
// exits 0. Throws Error{usage} for a platform that is not in architectures().
std::string probe_program(const oci::Platform& platform);
// "polyarch:ARCH\n"
std::string probe_answer(const oci::Platform& platform);

// What runs programs of a platform here.
struct Executor {
  enum class Kind { nothing, machine, qemu };
  Kind kind = Kind::nothing;
  std::string version;  // of QEMU: "8.2.2"
  std::string problem;  // of nothing: why the probe does not run
};
// Starts the probe and lets QEMU, if it is QEMU that answers, say its version instead of emulating: so it is known for
// every entry, wherever its interpreter lies. An emulator that is not QEMU counts as the machine.
Executor executor(const oci::Platform& platform, sys::Runner& runner);
// True when CPU and kernel run it without QEMU (386 on amd64, arm/v7 on most arm64).
bool runs_natively(const oci::Platform& platform, sys::Runner& runner);
// Runs the probe of `platform`; nullopt: it answered right. Else why not.
std::optional<std::string> prove(const oci::Platform& platform, sys::Runner& runner);

// An entry of binfmt_misc.
struct Entry {
  std::string name;  // "qemu-aarch64"
  bool enabled = false;
  std::string interpreter;
  std::string flags;  // "F", "POCF", …
  std::size_t offset = 0;
  std::string magic;      // raw bytes; empty when it goes by a file name extension
  std::string mask;       // empty: every bit counts
  std::string extension;  // without its dot

  bool fixed() const { return flags.find('F') != std::string::npos; }
  // Whether the kernel, asking this entry, takes a program that begins with these bytes.
  bool takes(std::string_view program) const;
};
// `text` as the kernel shows an entry; throws Error{emulation} naming it.
Entry parse_entry(std::string_view name, std::string_view text);
// The line for the `register` file. Throws Error{usage} when the kernel's syntax cannot express the entry.
std::string register_line(const Entry& entry);
Entry qemu_entry(const Architecture& architecture, const std::filesystem::path& interpreter, std::string flags);
// F: held open, so that it works in every container. C: set-user-ID programs (sudo in a RUN step) keep their rights.
// P: argv[0] arrives as it was given; QEMU can tell from 6.0 on, when Linux is at least 5.12.
std::string qemu_flags(std::string_view qemu_version, std::string_view kernel_release);

// What Emulators::add did.
struct Registration {
  Entry entry;
  std::string version;                // of QEMU, as interpreter_version tells it
  std::vector<std::string> replaced;  // names of the entries that gave way
};

// The emulators of this kernel. `root` is "/proc/sys/fs/binfmt_misc" but in tests.
class Emulators {
 public:
  explicit Emulators(sys::Runner& runner, std::filesystem::path root = "/proc/sys/fs/binfmt_misc");

  bool mounted() const;
  // Why this process cannot register emulators (Error{permission} names what is missing and the ways to get it), after
  // mounting binfmt_misc if need be and switching it on; nullopt: it can.
  std::optional<Error> obstacle();
  // As obstacle, but throws.
  void mount();
  // In the order in which the kernel asks them: newest first. Empty when not mounted.
  std::vector<Entry> entries() const;
  // The entry that the kernel uses for this platform's programs.
  std::optional<Entry> find(const oci::Platform& platform) const;
  // Registers `interpreter` (a static QEMU) and proves it. The entry that took these programs so far, and one of the
  // same name, give way. When the proof fails (Error{emulation}) everything is as before.
  Registration add(const oci::Platform& platform, const std::filesystem::path& interpreter);
  void remove(const std::string& entry_name);  // absent is success

 private:
  bool switched_on() const;
  void register_entry(const Entry& entry);
  void restore(const Entry& entry) const noexcept;
  std::vector<Entry> displaced_by(const Entry& entry, const oci::Platform& platform) const;

  sys::Runner& runner_;
  std::filesystem::path root_;
};

// A local static interpreter (qemu-ARCH-static or qemu-ARCH in PATH), or nullopt.
std::optional<std::filesystem::path> local_interpreter(const Architecture& architecture);
// Whether a file that begins with these bytes is an ELF program that needs no dynamic loader. Its first 4 KiB suffice.
bool statically_linked(std::string_view head);
// "8.2.2" as the interpreter itself says; empty when it does not.
std::string interpreter_version(const std::filesystem::path& interpreter, sys::Runner& runner);
// "8.2.2" from "qemu-aarch64 version 8.2.2 (…)"; empty when it is not such a text.
std::string parse_qemu_version(std::string_view text);

}  // namespace polyarch::binfmt
