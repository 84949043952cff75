#include "sys/cancel.hpp"

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/error.hpp"
#include "sys/files.hpp"

namespace polyarch::sys {
namespace {

Cancel* signalled = nullptr;

// Async-signal-safe: reads and writes a descriptor, and may end the process.
void on_signal(int) {
  const int saved = errno;
  if (signalled->requested()) _exit(130);
  signalled->request();
  errno = saved;
}

}  // namespace

Cancel::Cancel() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (fd_ < 0) throw_errno("create an event descriptor", errno);
}

Cancel::~Cancel() {
  close(fd_);
}

void Cancel::request() noexcept {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = write(fd_, &one, sizeof one);
}

bool Cancel::requested() const noexcept {
  pollfd poller{fd_, POLLIN, 0};
  return poll(&poller, 1, 0) == 1;
}

void Cancel::check() const {
  if (requested()) throw Error(ErrorKind::interrupted, "interrupted");
}

void cancel_on_signals(Cancel& cancel) {
  signalled = &cancel;
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

}  // namespace polyarch::sys
