#pragma once
#include <string>
#include <vector>

#include "spec/registry.hpp"

namespace polyarch::spec {

// `polyarch copy`: bring images to another repository as they are.
struct CopyOptions : RegistryOptions {
  std::vector<std::string> images;  // SRC… DST
  std::string platform;
  std::string format = "table";  // table, json
};

const Command<CopyOptions>& copy_command();

}  // namespace polyarch::spec
