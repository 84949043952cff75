#pragma once
#include <exception>
#include <span>
#include <string>
#include <string_view>

namespace polyarch {

// What went wrong, as a caller of the engine has to tell it apart: each kind has an exit code of its own.
enum class ErrorKind {
  failed,
  usage,
  input,
  auth,
  network,
  registry,
  builder,
  emulation,
  build,
  test,
  publish,
  permission,
  storage,
  interrupted,
};

struct ErrorKindInfo {
  ErrorKind kind;
  std::string_view name;
  int exit_code;
  std::string_view meaning;
};

// The one table of kinds and exit codes, in the order of the enumeration; the documentation prints it.
std::span<const ErrorKindInfo> error_kinds();
const ErrorKindInfo& describe(ErrorKind kind);

// The one exception type of the engine. `message` says what happened and where (file and line, URL without secrets,
// platform); `hint` says what to do next, and may be empty. `retryable`: the same call may succeed a moment later.
class Error : public std::exception {
 public:
  Error(ErrorKind kind, std::string message, std::string hint = {}, bool retryable = false);

  ErrorKind kind() const { return kind_; }
  const std::string& message() const { return message_; }
  const std::string& hint() const { return hint_; }
  bool retryable() const { return retryable_; }
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  ErrorKind kind_;
  std::string message_;
  std::string hint_;
  bool retryable_;
};

}  // namespace polyarch
