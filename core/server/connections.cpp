#include "server/connections.hpp"

#include <algorithm>
#include <array>
#include <poll.h>
#include <sys/socket.h>

namespace polyarch::server {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

bool wait_for_request(int connection, const std::function<std::chrono::seconds()>& patience) {
  constexpr int slice = 100;  // milliseconds
  pollfd poller{connection, POLLIN, 0};
  const auto begin = steady_clock::now();
  do {
    if (::poll(&poller, 1, slice) > 0) return true;
  } while (steady_clock::now() - begin < patience());
  return false;
}

bool speaks_wrongly(int connection, bool tls) {
  constexpr char handshake = 0x16;  // RFC 8446, "Record Protocol": the first byte of a connection
  char first = 0;
  return ::recv(connection, &first, 1, MSG_PEEK | MSG_DONTWAIT) == 1 && (first == handshake) != tls;
}

void close_softly(int connection) {
  std::array<char, 16U << 10> rest{};
  ::shutdown(connection, SHUT_WR);
  pollfd poller{connection, POLLIN, 0};
  const auto end = steady_clock::now() + std::chrono::seconds(1);
  while (steady_clock::now() < end && ::poll(&poller, 1, 200) > 0 &&
         ::recv(connection, rest.data(), rest.size(), MSG_DONTWAIT) > 0) {
    continue;
  }
}

bool Connections::set(int connection, bool busy) {
  const std::lock_guard lock(mutex_);
  busy_[connection] = busy;
  if (ending_) changed_.notify_all();
  return !ending_;
}

void Connections::forget(int connection) {
  const std::lock_guard lock(mutex_);
  busy_.erase(connection);
  if (ending_) changed_.notify_all();
}

void Connections::end_idle(milliseconds grace) {
  std::unique_lock lock(mutex_);
  ending_ = true;
  for (const auto& [connection, busy] : busy_) {
    if (!busy) ::shutdown(connection, SHUT_RDWR);
  }
  changed_.wait_for(lock, grace, [this] { return std::ranges::none_of(busy_, &std::pair<const int, bool>::second); });
}

void Connections::end_all() {
  const std::lock_guard lock(mutex_);
  for (const auto& [connection, busy] : busy_) ::shutdown(connection, SHUT_RDWR);
}

}  // namespace polyarch::server
