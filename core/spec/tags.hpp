#pragma once
#include <string>
#include <vector>

#include "spec/registry.hpp"

namespace polyarch::spec {

// `polyarch tags ls` and `polyarch tags prune`.
struct TagsOptions : RegistryOptions {
  std::string repository;
  std::string keep;        // a number; empty: none
  std::string older_than;  // "30d"; empty: any age
  std::string match;       // a pattern; empty: every tag
  bool yes = false;
  std::string format = "table";  // table, json
};

const Command<TagsOptions>& tags_ls_command();
const Command<TagsOptions>& tags_prune_command();

}  // namespace polyarch::spec
