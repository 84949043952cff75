#pragma once
#include <string>
#include <vector>

#include "spec/registry.hpp"

namespace polyarch::spec {

// `polyarch inspect`: what an image in a registry holds.
struct InspectOptions : RegistryOptions {
  std::string reference;
  bool raw = false;
  bool sizes = false;
  std::string format = "table";  // table, json
};

const Command<InspectOptions>& inspect_command();

}  // namespace polyarch::spec
