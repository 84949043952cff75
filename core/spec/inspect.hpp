#pragma once
#include <string>
#include <vector>

#include "spec/field.hpp"

namespace polyarch::spec {

// `polyarch inspect`: what an image in a registry holds.
struct InspectOptions {
  std::string reference;
  bool raw = false;
  bool sizes = false;
  std::vector<std::string> insecure_registries;
  std::vector<std::string> registry_auths;  // HOST=USER:PASSWORD
  std::string format = "table";             // table, json
};

const Command<InspectOptions>& inspect_command();

}  // namespace polyarch::spec
