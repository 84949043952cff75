#pragma once
#include <string>
#include <string_view>

namespace polyarch::cli {

// The script that completes commands, options and their choices in a shell. `shell`: "bash", "zsh" or "fish".
std::string completion(std::string_view shell);

std::string bash_completion();
std::string zsh_completion();
std::string fish_completion();

}  // namespace polyarch::cli
