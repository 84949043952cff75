#pragma once
#include <string>
#include <vector>

#include "spec/registry.hpp"

namespace polyarch::spec {

// `polyarch publish`: join images of registries and OCI layouts into one.
struct PublishOptions : RegistryOptions {
  std::vector<std::string> tags;
  std::vector<std::string> sources;
  std::vector<std::string> annotations;
  bool append = false;
  std::vector<std::string> remove;  // platforms
  bool platform_tags = false;
  std::string media_type = "oci";  // oci, docker
  std::string run_id;  // instead of images: what the jobs of this run recorded in the one source, a repository
  int wait = 0;        // minutes
  bool dry_run = false;
  std::string format = "table";  // table, json
};

const Command<PublishOptions>& publish_command();

}  // namespace polyarch::spec
