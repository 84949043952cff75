#include "cli/completion.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace polyarch::cli {

std::string completion(std::string_view shell) {
  if (shell == "bash") return bash_completion();
  if (shell == "zsh") return zsh_completion();
  if (shell == "fish") return fish_completion();
  throw Error(ErrorKind::usage, fmt::format("no completion for the shell '{}'", shell), "bash, zsh and fish are known");
}

}  // namespace polyarch::cli
