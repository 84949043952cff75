#include "spec/idle_inputs.hpp"

#include <array>

#include "spec/option.hpp"

namespace polyarch::spec {

std::string IdleInput::variable() const {
  return Option{.name = name, .help = why, .more = {}}.variables().front();
}

std::span<const IdleInput> idle_inputs() {
  static constexpr std::array all{
      IdleInput{"version", "buildx is the one on the runner"},
      IdleInput{"install", "`docker build` stays what it is"},
      IdleInput{"use", "no builder is made the current one"},
      IdleInput{"name", "`builder` names a builder"},
      IdleInput{"append", "`builder` sends a platform to another node: linux/arm64:tcp://HOST:PORT"},
      IdleInput{"cleanup", "what is made is removed, unless `keep-state` is true"},
      IdleInput{"cache-binary", "nothing is downloaded that could be kept"},
      IdleInput{"cache-image", "nothing is downloaded that could be kept"},
      IdleInput{"reset", "emulators that work stay"},
      IdleInput{"ecr", "`username` and `password` log in to every registry"},
      IdleInput{"scope", "HOST/PATH in `registry-auth` does this"},
      IdleInput{"logout", "credentials last as long as the step"},
  };
  return all;
}

}  // namespace polyarch::spec
