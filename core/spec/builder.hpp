#pragma once
#include <string>
#include <vector>

#include "spec/field.hpp"

namespace polyarch::spec {

// `polyarch builder create`, `builder inspect` and `builder remove`.
struct BuilderOptions {
  std::string name;      // create: empty makes one up; inspect: empty is the current one
  std::string endpoint;  // of the remote driver: tcp://HOST:PORT, unix://PATH
  std::string driver = "docker-container";
  std::vector<std::string> driver_options;
  std::string buildkitd_config;
  std::vector<std::string> buildkitd_flags;
  std::vector<std::string> platforms;
  bool keep_state = false;
  std::string format = "table";  // table, json
};

const Command<BuilderOptions>& builder_create_command();
const Command<BuilderOptions>& builder_inspect_command();
const Command<BuilderOptions>& builder_remove_command();

}  // namespace polyarch::spec
