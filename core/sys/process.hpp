#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sys/cancel.hpp"

namespace polyarch::sys {

struct Command {
  std::vector<std::string> argv;           // argv[0] is looked up in PATH
  std::map<std::string, std::string> env;  // added to the engine's own environment, replacing what is there
  std::string directory;                   // where it runs; empty: here
  std::string input;                       // its standard input; empty: /dev/null
  // Each line without its end, as it comes; else kept in ProcessResult. A line over 16 MiB loses its beginning.
  std::function<void(std::string_view)> on_stdout;
  std::function<void(std::string_view)> on_stderr;
  std::optional<std::chrono::milliseconds> deadline;
  std::chrono::milliseconds grace = std::chrono::seconds(10);  // from SIGTERM to SIGKILL
};

struct ProcessResult {
  int status = 0;  // exit status, or 128 + the signal that ended it
  bool timed_out = false;
  std::string out;  // what no callback took; the last 4 MiB of it
  std::string err;
  bool ok() const { return status == 0 && !timed_out; }
};

// Runs programs. The callbacks come on the calling thread. Safe for several threads.
class Runner {
 public:
  virtual ~Runner() = default;
  // Waits for the end. A failed program is a result; Error{failed} only when it cannot be started at all (its message
  // names the program). When the deadline passes or the run is cancelled, the program and its children get SIGTERM,
  // and SIGKILL when its grace is over; a cancelled run then throws Error{interrupted}.
  virtual ProcessResult run(const Command& command) = 0;
};

class SystemRunner final : public Runner {
 public:
  // `cancel` must outlive the runner; nullptr: runs cannot be cancelled (for clean-up after a cancel).
  // SIGPIPE is ignored from here on: a program may leave its input unread.
  explicit SystemRunner(const Cancel* cancel);
  ProcessResult run(const Command& command) override;

 private:
  const Cancel* cancel_;
};

// The path of a program in PATH, or nullopt.
std::optional<std::string> find_program(std::string_view name);

}  // namespace polyarch::sys
