#include "buildkit/endpoint.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fmt/core.h>
#include <memory>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.hpp"

namespace polyarch::buildkit {
namespace {

class Socket {
 public:
  explicit Socket(int family) : descriptor_(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {}
  ~Socket() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  // 0 or errno.
  int connect(const sockaddr* address, socklen_t size, const sys::Cancel& cancel, std::chrono::milliseconds within) {
    if (descriptor_ < 0) return errno;
    if (::connect(descriptor_, address, size) == 0) return 0;
    if (errno != EINPROGRESS) return errno;
    std::array waits{pollfd{descriptor_, POLLOUT, 0}, pollfd{cancel.descriptor(), POLLIN, 0}};
    const int ready = ::poll(waits.data(), waits.size(), static_cast<int>(within.count()));
    cancel.check();
    if (ready == 0) return ETIMEDOUT;
    int error = 0;
    socklen_t length = sizeof error;
    return ::getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno;
  }

 private:
  int descriptor_;
};

Error unreachable(const std::string& endpoint, const char* reason) {
  return {ErrorKind::builder, fmt::format("the builder at {} does not answer: {}", endpoint, reason),
          "check that BuildKit runs there and that this machine reaches it", true};
}

void reach_socket(const std::string& endpoint, const std::string& path, const sys::Cancel& cancel,
                  std::chrono::milliseconds within) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) throw unreachable(endpoint, std::strerror(ENAMETOOLONG));
  path.copy(address.sun_path, path.size());
  Socket socket(AF_UNIX);
  const int error = socket.connect(reinterpret_cast<const sockaddr*>(&address), sizeof address, cancel, within);
  if (error != 0) throw unreachable(endpoint, std::strerror(error));
}

void reach_port(const std::string& endpoint, std::string host, const sys::Cancel& cancel,
                std::chrono::milliseconds within) {
  const auto colon = host.rfind(':');
  if (colon == std::string::npos || colon == 0 || host.back() == ']') {
    throw Error(ErrorKind::usage, fmt::format("the builder's address {} has no port", endpoint),
                "write tcp://HOST:PORT, such as tcp://buildkit.example:1234");
  }
  const auto port = host.substr(colon + 1);
  host.resize(colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(host.c_str(), port.c_str(), &wanted, &found); error != 0) {
    throw unreachable(endpoint, ::gai_strerror(error));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, ::freeaddrinfo);
  const auto end = std::chrono::steady_clock::now() + within;
  int error = EHOSTUNREACH;
  for (const auto* address = found; address != nullptr; address = address->ai_next) {
    Socket socket(address->ai_family);
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    error = socket.connect(address->ai_addr, address->ai_addrlen, cancel, std::max(left, left.zero()));
    if (error == 0) return;
  }
  throw unreachable(endpoint, std::strerror(error));
}

}  // namespace

void check_reachable(const std::string& endpoint, const sys::Cancel& cancel, std::chrono::milliseconds within) {
  constexpr std::string_view tcp = "tcp://";
  constexpr std::string_view unix_path = "unix://";
  if (endpoint.starts_with(tcp)) reach_port(endpoint, endpoint.substr(tcp.size()), cancel, within);
  if (endpoint.starts_with(unix_path)) reach_socket(endpoint, endpoint.substr(unix_path.size()), cancel, within);
}

}  // namespace polyarch::buildkit
