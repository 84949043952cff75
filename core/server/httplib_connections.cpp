#include "server/httplib_connections.hpp"

#include <algorithm>
#include <array>
#include <fmt/core.h>

namespace polyarch::server {
namespace {

// A connection that is kept alive holds a thread; a builder opens about ten.
constexpr std::size_t max_connections = 64;
constexpr std::size_t max_waiting = 256;
constexpr std::chrono::seconds keep_alive{5};
constexpr std::chrono::seconds keep_alive_in_a_crowd{1};
constexpr int io_seconds = 60;

// The library's threads. Knows how many connections wait for one of them.
class Queue final : public httplib::TaskQueue {
 public:
  explicit Queue(std::atomic<std::size_t>& waiting) : waiting_(waiting), threads_(max_connections, max_waiting) {}

  bool enqueue(std::function<void()> serve) override {
    ++waiting_;
    const bool taken = threads_.enqueue([this, serve = std::move(serve)] {
      --waiting_;
      serve();
    });
    if (!taken) --waiting_;
    return taken;
  }
  void shutdown() override { threads_.shutdown(); }

 private:
  std::atomic<std::size_t>& waiting_;
  httplib::ThreadPool threads_;
};

// A plain connection. It trusts the timeouts that the library sets on the socket.
class PlainStream final : public httplib::Stream {
 public:
  explicit PlainStream(int connection) : connection_(connection) {}

  using httplib::Stream::write;
  // Whether the next request, or part of it, has been read together with the one before.
  bool has_more() const { return begin_ != end_; }
  bool is_readable() const override { return true; }
  bool is_writable() const override { return true; }
  socket_t socket() const override { return connection_; }
  void get_remote_ip_and_port(std::string& ip, int& port) const override {
    httplib::detail::get_remote_ip_and_port(connection_, ip, port);
  }
  void get_local_ip_and_port(std::string& ip, int& port) const override {
    httplib::detail::get_local_ip_and_port(connection_, ip, port);
  }

  ssize_t read(char* to, std::size_t size) override {
    if (begin_ == end_ && size < buffer_.size()) {
      const auto got = receive(buffer_.data(), buffer_.size());
      if (got <= 0) return got;
      begin_ = 0;
      end_ = static_cast<std::size_t>(got);
    }
    if (begin_ == end_) return receive(to, size);
    const auto taken = std::min(size, end_ - begin_);
    std::copy_n(buffer_.data() + begin_, taken, to);
    begin_ += taken;
    return static_cast<ssize_t>(taken);
  }

  ssize_t write(const char* from, std::size_t size) override {
    std::size_t total = 0;
    while (total < size) {
      const auto sent = ::send(connection_, from + total, size - total, MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      if (sent <= 0) return -1;
      total += static_cast<std::size_t>(sent);
    }
    return static_cast<ssize_t>(total);
  }

 private:
  ssize_t receive(char* to, std::size_t size) const {
    ssize_t got = 0;
    do {
      got = ::recv(connection_, to, size, 0);
    } while (got < 0 && errno == EINTR);
    return got;
  }

  int connection_;
  std::array<char, 8U << 10> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace

HttplibConnections::HttplibConnections(TlsContext tls) : tls_(std::move(tls)) {
  new_task_queue = [this] { return new Queue(waiting_); };
  set_tcp_nodelay(true);  // an answer is two writes, and Nagle's algorithm would hold the second one back
  set_keep_alive_timeout(keep_alive.count());
  set_keep_alive_max_count(1'000'000);
  set_read_timeout(io_seconds);
  set_write_timeout(io_seconds);
}

void HttplibConnections::stop_within(std::chrono::milliseconds grace) {
  connections_.end_idle(grace);
  stop();
  connections_.end_all();
}

bool HttplibConnections::process_and_close_socket(int connection) {
  if (connections_.set(connection, false) && wait(connection)) {
    if (speaks_wrongly(connection, tls_ != nullptr)) {
      refuse_protocol(connection);
    } else {
      tls_ ? serve_tls(connection) : serve_plain(connection);
    }
  }
  connections_.forget(connection);
  ::shutdown(connection, SHUT_RDWR);
  ::close(connection);
  return true;
}

// Who is silent gives way to who waits.
bool HttplibConnections::wait(int connection) const {
  return wait_for_request(connection, [this] { return waiting_ > 0 ? keep_alive_in_a_crowd : keep_alive; });
}

void HttplibConnections::refuse_protocol(int connection) const {
  const auto text = fmt::format("this registry speaks {}\n", tls_ ? "https" : "http");
  PlainStream(connection)
      .write(fmt::format(
          "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{}",
          text.size(), text));
  close_softly(connection);
}

// `has_more`: there is a next request already, and not in the socket.
template <class Serve, class HasMore>
void HttplibConnections::serve_requests(int connection, const Serve& serve, const HasMore& has_more) {
  while ((has_more() || wait(connection)) && connections_.set(connection, true)) {
    const bool next = serve();
    const bool more = connections_.set(connection, false);
    if (request_state.hang_up) close_softly(connection);
    if (!next || !more) return;
  }
}

void HttplibConnections::serve_plain(int connection) {
  PlainStream stream(connection);
  serve_requests(
      connection, [&] { return serve_request(stream); }, [&] { return stream.has_more(); });
}

void HttplibConnections::serve_tls(int connection) {
  auto* session = httplib::detail::ssl_new(
      connection, tls_.get(), tls_mutex_,
      [&](SSL* ssl) {
        return httplib::detail::ssl_connect_or_accept_nonblocking(connection, ssl, SSL_accept, io_seconds, 0);
      },
      [](SSL*) { return true; });
  if (session == nullptr) return;
  httplib::detail::SSLSocketStream stream(connection, session, io_seconds, 0, io_seconds, 0);
  serve_requests(
      connection, [&] { return serve_request(stream); }, [&] { return ::SSL_pending(session) > 0; });
  httplib::detail::ssl_delete(tls_mutex_, session, connection, false);
}

bool HttplibConnections::serve_request(httplib::Stream& stream) {
  bool closed = false;
  request_state = {.routed = false, .hang_up = true};  // for what the library refuses by itself
  return process_request(stream, "", 0, "", 0, false, closed, nullptr) && !closed && !request_state.hang_up;
}

}  // namespace polyarch::server
