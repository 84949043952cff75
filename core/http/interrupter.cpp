#include "http/interrupter.hpp"

#include <array>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace polyarch::http {

Interrupter::Interrupter(const sys::Cancel* cancel) : cancel_(cancel), stop_(eventfd(0, EFD_CLOEXEC)) {
  if (cancel_ != nullptr) thread_ = std::thread([this] { watch(); });
}

Interrupter::~Interrupter() {
  eventfd_write(stop_, 1);
  if (thread_.joinable()) thread_.join();
  close(stop_);
}

void Interrupter::watch() {
  std::array<pollfd, 2> waits{pollfd{stop_, POLLIN, 0}, pollfd{cancel_->descriptor(), POLLIN, 0}};
  while ((waits[0].revents & POLLIN) == 0) {
    // Again and again: a thread may be about to open a socket at the moment of the cancel.
    const bool cancelled = cancel_->requested();
    if (cancelled) shut_down_all();
    poll(waits.data(), cancelled ? 1 : 2, cancelled ? 50 : -1);
  }
}

void Interrupter::shut_down_all() {
  const std::lock_guard lock(mutex_);
  for (const auto* socket : sockets_) {
    if (socket->duplicate_ >= 0) shutdown(socket->duplicate_, SHUT_RDWR);
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
  if (interrupter_.cancel_ == nullptr) return;
  const std::lock_guard lock(interrupter_.mutex_);
  if (duplicate_ >= 0) close(duplicate_);
  duplicate_ = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
}

}  // namespace polyarch::http
