#include "spec/qemu.hpp"

namespace polyarch::spec {
namespace {

using O = QemuOptions;

Field<O> platforms() {
  return {"platform",
          &O::platforms,
          "Platforms to deal with; without any, every one that QEMU emulates",
          {.value = "PLATFORM", .input = "platforms", .comma = true, .positional = true}};
}

Field<O> format() {
  return {"format", &O::format, "How the result is printed", {.group = Group::output, .choices = {"table", "json"}}};
}

}  // namespace

const Command<QemuOptions>& qemu_register_command() {
  static const Command<QemuOptions> command{
      "qemu register", "Teach the kernel to run programs of other architectures, and prove that it does",
      "Registers QEMU with binfmt_misc (needs root) and runs a small program of each architecture.\n"
      "A registration that does not work is taken back.",
      "polyarch qemu register linux/arm64 linux/s390x",
      with_registry<O>({platforms(),
                        {"image",
                         &O::image,
                         "Image to take QEMU from; without it, what is installed here, else a pinned tonistiigi/binfmt",
                         {.value = "REF"}}})};
  return command;
}

const Command<QemuOptions>& qemu_status_command() {
  static const Command<QemuOptions> command{
      "qemu status",
      "Say which platforms this machine runs, natively or emulated, and whether emulation works",
      "Runs a small program of each platform: what is shown was tried.",
      "polyarch qemu status --format json",
      {platforms(), format()}};
  return command;
}

const Command<QemuOptions>& qemu_unregister_command() {
  static const Command<QemuOptions> command{"qemu unregister",
                                            "Take emulators out of the kernel again",
                                            "Needs root. What is not registered is left out silently.",
                                            "polyarch qemu unregister linux/arm64",
                                            {platforms(), format()}};
  return command;
}

}  // namespace polyarch::spec
