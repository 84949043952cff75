#include "http/interrupter.hpp"

#include <array>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace polyarch::http {
namespace {

constexpr int deadline_tick = 500;  // milliseconds
constexpr int cancel_tick = 50;

}  // namespace

Interrupter::Interrupter(const sys::Cancel* cancel) : cancel_(cancel), stop_(eventfd(0, EFD_CLOEXEC)) {
  thread_ = std::thread([this] { watch(); });
}

Interrupter::~Interrupter() {
  eventfd_write(stop_, 1);
  thread_.join();
  close(stop_);
}

template <class Condition>
void Interrupter::shut_down(Condition which) {
  const std::lock_guard lock(mutex_);
  for (const auto* socket : sockets_) {
    if (socket->duplicate_ >= 0 && which(*socket)) shutdown(socket->duplicate_, SHUT_RDWR);
  }
}

void Interrupter::watch() {
  const int cancel = cancel_ != nullptr ? cancel_->descriptor() : -1;  // poll passes over negative ones
  std::array<pollfd, 2> waits{pollfd{stop_, POLLIN, 0}, pollfd{cancel, POLLIN, 0}};
  while ((waits[0].revents & POLLIN) == 0) {
    // Again and again: a thread may be about to open a socket at the moment of the cancel.
    const bool cancelled = cancel_ != nullptr && cancel_->requested();
    const auto now = std::chrono::steady_clock::now();
    shut_down([&](const WatchedSocket& socket) { return cancelled || socket.deadline_ <= now; });
    poll(waits.data(), cancelled ? 1 : 2, cancelled ? cancel_tick : deadline_tick);
  }
}

WatchedSocket::WatchedSocket(Interrupter& interrupter) : interrupter_(interrupter) {
  const std::lock_guard lock(interrupter_.mutex_);
  interrupter_.sockets_.insert(this);
}

WatchedSocket::~WatchedSocket() {
  const std::lock_guard lock(interrupter_.mutex_);
  interrupter_.sockets_.erase(this);
  if (duplicate_ >= 0) close(duplicate_);
}

void WatchedSocket::replace(int descriptor) {
  const std::lock_guard lock(interrupter_.mutex_);
  if (duplicate_ >= 0) close(duplicate_);
  duplicate_ = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
}

void WatchedSocket::set_deadline(std::chrono::steady_clock::time_point deadline) {
  const std::lock_guard lock(interrupter_.mutex_);
  deadline_ = deadline;
}

}  // namespace polyarch::http
