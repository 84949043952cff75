#pragma once
#include <string>
#include <vector>

#include "spec/registry.hpp"

namespace polyarch::spec {

// `polyarch build` and `polyarch plan`. A value of a list option may begin with a platform and a colon,
// "linux/arm64:KEY=VALUE": it then holds for that platform alone (--build-arg, --tag, --label, --target, --builder,
// --test, …).
struct BuildOptions : RegistryOptions {
  std::string context = ".";
  std::vector<std::string> platforms;
  std::vector<std::string> only;     // of these, those that this job builds; empty: all
  std::string run_id;                // empty: from the CI
  std::vector<std::string> runners;  // PLATFORM=LABEL[,LABEL…]
  std::vector<std::string> tags;
  std::vector<std::string> images;  // that tag_rules make tags of
  std::vector<std::string> tag_rules;
  std::vector<std::string> flavors;
  std::string file;
  std::vector<std::string> build_args;
  std::vector<std::string> build_contexts;
  std::vector<std::string> secrets;        // id=ID[,env=NAME|,src=FILE]
  std::vector<std::string> secret_envs;    // ID=NAME
  std::vector<std::string> secret_files;   // ID=FILE
  std::vector<std::string> secret_values;  // ID=VALUE
  std::string git_token;
  std::vector<std::string> ssh;
  std::vector<std::string> labels;
  std::vector<std::string> annotations;
  std::string target;
  std::string call;
  bool no_cache = false;
  std::vector<std::string> no_cache_filters;
  bool pull = false;
  std::string network;
  std::vector<std::string> add_hosts;
  std::string shm_size;
  std::vector<std::string> ulimits;
  std::string cgroup_parent;
  std::vector<std::string> allow;
  std::string provenance;
  std::string sbom;
  std::vector<std::string> attests;
  std::vector<std::string> cache_from;
  std::vector<std::string> cache_to;
  std::string cache = "auto";             // off, auto, or a repository
  std::vector<std::string> cache_mounts;  // auto, off, or ids; empty: auto
  std::vector<std::string> outputs;
  bool load = false;
  bool push = false;
  std::string push_with = "auto";  // auto, builder, engine
  std::vector<std::string> builders;
  std::string driver = "auto";  // auto, docker-container, docker, remote
  std::vector<std::string> driver_options;
  std::string buildkitd_config;
  std::string buildkitd_config_inline;
  std::vector<std::string> buildkitd_flags;
  bool keep_builder = false;
  std::string builders_file;
  bool isolate = false;
  std::string metadata_file;
  std::string iidfile;
  std::vector<std::string> tests;
  std::vector<std::string> test_targets;
  std::vector<std::string> optional_platforms;
  std::string qemu = "auto";  // auto, off
  std::string qemu_image;
  std::string progress = "auto";  // auto, tty, plain, json, quiet
  std::string report_dir;         // report.json, report.html, report.md, junit.xml
  std::string result_file;        // the outputs of output.hpp, NAME=VALUE a line
  std::string registry;           // of username and password
  std::string username;
  std::string password;
  bool dry_run = false;
  std::string format = "table";  // of the plan and of the result: table, json
};

const Command<BuildOptions>& build_command();
const Command<BuildOptions>& plan_command();

}  // namespace polyarch::spec
