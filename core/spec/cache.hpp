#pragma once
#include <string>
#include <vector>

#include "spec/registry.hpp"

namespace polyarch::spec {

// `polyarch cache save|restore|inspect|ls`: directories as snapshots in a registry.
struct CacheOptions : RegistryOptions {
  std::vector<std::string> paths;      // save: what is kept
  std::string ref;                     // REPOSITORY:KEY; ls: REPOSITORY
  std::vector<std::string> fallbacks;  // REPOSITORY:KEY
  std::string directory = ".";         // what the paths are relative to; restore: where they come back
  int level = 1;                       // of zstd
  bool required = false;               // restore: a missing snapshot is a failure
  std::string format = "table";        // table, json
};

// `polyarch cache mounts`: what a build runs inside of a builder.
struct MountWorkOptions {
  std::string work;  // look, restore, save
  std::string mounts = "/mounts";
  std::string in = "/job";
  std::string out;
};

// `polyarch cache prune`.
struct CachePruneOptions : RegistryOptions {
  std::string repository;
  std::string keep;        // a number; empty: none
  std::string older_than;  // "30d"; empty: any age
  std::string max_size;    // "10G"; empty: any size
  std::string match;       // a pattern; empty: every snapshot
  bool yes = false;
  std::string format = "table";  // table, json
};

const Command<CachePruneOptions>& cache_prune_command();
const Command<MountWorkOptions>& mount_work_command();
const Command<CacheOptions>& cache_save_command();
const Command<CacheOptions>& cache_restore_command();
const Command<CacheOptions>& cache_inspect_command();
const Command<CacheOptions>& cache_list_command();

}  // namespace polyarch::spec
