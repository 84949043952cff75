#pragma once
#include <map>
#include <string>

#include "spec/environment.hpp"

namespace polyarch::spec {

// Surroundings with these variables, and files that hold their own path after "content of ".
inline Surroundings surroundings(std::map<std::string, std::string, std::less<>> variables) {
  return {.variable = [variables = std::move(variables)](std::string_view name) -> std::optional<std::string> {
            const auto found = variables.find(name);
            return found == variables.end() ? std::nullopt : std::optional(found->second);
          },
          .file = [](const std::string& path) { return "content of " + path + "\n"; }};
}

}  // namespace polyarch::spec
