#pragma once
#include "dockerfile/dockerfile.hpp"

namespace polyarch::dockerfile {

// What ARG and ENV have said so far in a stage. A stage that is made from it begins with the same.
class StageArguments {
 public:
  // `globals`: what global_arguments returned. Both must outlive this.
  StageArguments(const Arguments& globals, const Arguments& build_args, char escape)
      : globals_(&globals), build_args_(&build_args), escape_(escape) {}

  // Takes an ARG or ENV; every other instruction changes nothing.
  void take(const Instruction& instruction);
  // What $NAME stands for now, ENV before ARG. A platform argument that was not declared is empty, as for BuildKit.
  Arguments values() const;

 private:
  void declare(const std::string& word);
  void set_environment(const Instruction& instruction);
  void set(Arguments& where, const std::string& name, std::string_view text);

  const Arguments* globals_;
  const Arguments* build_args_;
  char escape_;
  Arguments arguments_;
  Arguments environment_;
};

}  // namespace polyarch::dockerfile
