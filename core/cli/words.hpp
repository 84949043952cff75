#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "spec/option.hpp"

namespace polyarch::cli {

// A command line so far, options left out ("", "qemu"), and the words that may come next, with what they do.
struct Step {
  std::string before;
  struct Word {
    std::string text;
    std::string_view help;
  };
  std::vector<Word> next;
};
std::vector<Step> steps();

// The steps as the patterns of a shell's case over "BEFORE WORD": `' build'`, `'qemu register'`.
std::vector<std::string> step_patterns();

// What can be given with a flag to `command`: no positionals, no secrets; the global ones at the end.
std::vector<spec::Option> flags_of(const spec::CommandInfo& command);

bool names_a_file(const spec::Option& option);

}  // namespace polyarch::cli
