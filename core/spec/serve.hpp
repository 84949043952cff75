#pragma once
#include <string>

#include "spec/field.hpp"

namespace polyarch::spec {

// `polyarch registry serve`.
struct ServeOptions {
  std::string listen = "127.0.0.1:5000";
  std::string directory;  // empty: a temporary one that is gone at the end
};

const Command<ServeOptions>& registry_serve_command();

}  // namespace polyarch::spec
