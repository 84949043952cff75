#pragma once
#include <string>
#include <vector>

#include "spec/field.hpp"

namespace polyarch::spec {

// `polyarch copy`: bring images to another repository as they are.
struct CopyOptions {
  std::vector<std::string> images;  // SRC… DST
  std::string platform;
  std::vector<std::string> insecure_registries;
  std::vector<std::string> registry_auths;  // HOST=USER:PASSWORD
  std::string format = "table";             // table, json
};

const Command<CopyOptions>& copy_command();

}  // namespace polyarch::spec
