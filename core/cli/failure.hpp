#pragma once
#include <exception>
#include <string>

namespace polyarch::cli {

// What a failure comes to: lines for people, secrets masked, and the exit code of its kind.
struct Failure {
  std::string text;
  int exit_code;
};
Failure describe_failure(const std::exception& exception);

}  // namespace polyarch::cli
