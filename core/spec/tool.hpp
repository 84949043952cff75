#pragma once
#include <string>

#include "spec/field.hpp"

// The commands about the engine itself.
namespace polyarch::spec {

// `polyarch spec`
struct EmitOptions {
  std::string emit = "markdown";  // github, gitlab, jenkins, markdown
};

// `polyarch completion`
struct CompletionOptions {
  std::string shell;  // bash, zsh, fish
};

// `polyarch version`
struct VersionOptions {
  std::string format = "table";  // table, json
};

// What every command takes.
struct GlobalOptions {
  bool verbose = false;
  bool quiet = false;
  bool no_color = false;
};

const Command<EmitOptions>& spec_command();
const Command<CompletionOptions>& completion_command();
const Command<VersionOptions>& version_command();
const Command<GlobalOptions>& global_options();

}  // namespace polyarch::spec
