#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace polyarch::spec {

// An input of Docker's actions that ours takes, so that nobody has to edit a step that moves over, and that does
// nothing here.
struct IdleInput {
  std::string_view name;
  std::string_view why;
  std::string variable() const;  // POLYARCH_CACHE_BINARY
};

std::span<const IdleInput> idle_inputs();

}  // namespace polyarch::spec
