#pragma once
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "binfmt/binfmt.hpp"
#include "registry/client.hpp"

// The scripts behind `polyarch qemu …`, over plain arguments.
namespace polyarch::app {

// Brings QEMU where none is installed. The tag is for people; the digest is what counts.
inline constexpr std::string_view default_qemu_image =
    "docker.io/tonistiigi/binfmt:qemu-v8.1.5@sha256:2d2918e86e5327d0661f7083d67a95280b0f7be8f77ed79a8418f81d7d90ce6f";

struct QemuEntryStatus {
  oci::Platform platform;
  bool native = false;      // runs without an emulator
  bool registered = false;  // an emulator answers, or an entry takes its programs
  std::string entry;        // empty: none, or none that can be seen from in here (a container)
  std::string interpreter;
  std::string version;
  std::string flags;
  bool works = false;   // proved by running a program, and will hold in containers too
  std::string problem;  // why it does not
};

struct QemuRegistration {
  enum class Action { native, kept, registered, replaced };
  QemuEntryStatus status;
  Action action = Action::kept;
  std::string source;    // where the emulator came from: a path, an image
  std::string replaced;  // what gave way, and why
  std::chrono::milliseconds took{0};
};

// What the scripts work with. All must outlive the call.
struct QemuTools {
  binfmt::Emulators& emulators;
  sys::Runner& runner;
  std::function<registry::Client&()> registry;  // called when an image must be read; empty: none is
};

// What `polyarch qemu` deals with when no platform is named.
std::vector<oci::Platform> common_platforms();

std::vector<QemuEntryStatus> qemu_status(const std::vector<oci::Platform>& platforms, const QemuTools& tools);

// Leaves alone what works. Else registers what is installed here, else what default_qemu_image brings; a given `image`
// comes before both. Without the right to write binfmt_misc, asks a Docker that has it. Throws Error{permission} that
// names what is missing, Error{emulation} when an emulator does not work.
std::vector<QemuRegistration> qemu_register(const std::vector<oci::Platform>& platforms, const std::string& image,
                                            const QemuTools& tools);

// Takes QEMU's entries for these platforms out of the kernel; returns their names.
std::vector<std::string> qemu_unregister(const std::vector<oci::Platform>& platforms, binfmt::Emulators& emulators);

// For people and for programs. Pure.
std::string qemu_table(const std::vector<QemuEntryStatus>& statuses);
std::string qemu_lines(const std::vector<QemuRegistration>& registrations);
Json to_json(const QemuEntryStatus& status);
Json to_json(const QemuRegistration& registration);

}  // namespace polyarch::app
