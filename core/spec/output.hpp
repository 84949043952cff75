#pragma once
#include <span>
#include <string_view>

namespace polyarch::spec {

// A value that a build hands to the later steps of a pipeline, through --result-file.
struct Output {
  std::string_view name;
  std::string_view help;
};

std::span<const Output> outputs();

}  // namespace polyarch::spec
