#pragma once

namespace polyarch::sys {

// Says once, to every thread, that the run shall end. Safe for several threads and for signal handlers.
class Cancel {
 public:
  Cancel();
  ~Cancel();
  Cancel(const Cancel&) = delete;
  Cancel& operator=(const Cancel&) = delete;

  void request() noexcept;
  bool requested() const noexcept;
  // Becomes readable for poll(2) when the cancel was requested; never read from it.
  int descriptor() const noexcept { return fd_; }
  // Throws Error{interrupted} when requested.
  void check() const;

 private:
  int fd_;
};

// Routes SIGINT and SIGTERM to `cancel`, which must live as long as the process. A second signal ends the process at
// once. SIGPIPE is ignored.
void cancel_on_signals(Cancel& cancel);

}  // namespace polyarch::sys
