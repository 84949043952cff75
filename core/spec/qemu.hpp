#pragma once
#include <string>
#include <vector>

#include "spec/registry.hpp"

namespace polyarch::spec {

// `polyarch qemu register`, `qemu status` and `qemu unregister`.
struct QemuOptions : RegistryOptions {
  std::vector<std::string> platforms;  // empty: every one that is known
  std::string image;                   // empty: the interpreters of this machine
  std::string format = "table";        // table, json
};

const Command<QemuOptions>& qemu_register_command();
const Command<QemuOptions>& qemu_status_command();
const Command<QemuOptions>& qemu_unregister_command();

}  // namespace polyarch::spec
