// The registry on cpp-httplib: the only file of the room that knows it.
#include <array>
#include <atomic>
#include <fmt/core.h>
#include <mutex>
#include <openssl/ssl.h>

// The library sets OpenSSL up as every command starts: a millisecond. OpenSSL does it by itself when it is needed.
#define OPENSSL_init_ssl(options, settings)
#include <httplib.h>
#undef OPENSSL_init_ssl

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "server/connections.hpp"
#include "server/draft.hpp"
#include "server/errors.hpp"
#include "server/http_server.hpp"

namespace polyarch::server {
namespace {

// A connection that is kept alive holds a thread; a builder opens about ten.
constexpr std::size_t max_connections = 64;
constexpr std::size_t max_waiting = 256;
constexpr std::chrono::seconds keep_alive{5};
constexpr std::chrono::seconds keep_alive_in_a_crowd{1};
constexpr int io_seconds = 60;
constexpr std::size_t piece = 512U << 10;
// What is left of a refused body is read to its end up to here; beyond, the connection is ended.
constexpr std::uint64_t max_drained = 1U << 20;

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

// Of the request under way, whose connection holds its thread. After the answer: the next request does not begin where
// the reading has stopped.
thread_local bool hang_up = false;
// It came as far as to a handler: the library did not refuse it by itself.
thread_local bool routed = false;

class Server final : public httplib::Server {
 public:
  explicit Server(TlsContext tls) : tls_(std::move(tls)) {
    new_task_queue = [this] { return new Queue(waiting_); };
  }

  void stop_within(std::chrono::milliseconds grace) {
    connections_.end_idle(grace);
    stop();
    connections_.end_all();
  }

 private:
  bool process_and_close_socket(int connection) override {
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
  bool wait(int connection) const {
    return wait_for_request(connection, [this] { return waiting_ > 0 ? keep_alive_in_a_crowd : keep_alive; });
  }

  void refuse_protocol(int connection) const {
    const auto text = fmt::format("this registry speaks {}\n", tls_ ? "https" : "http");
    PlainStream(connection)
        .write(fmt::format(
            "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{}",
            text.size(), text));
    close_softly(connection);
  }

  void serve_plain(int connection) {
    PlainStream stream(connection);
    serve_requests(
        connection, [&] { return serve_request(stream); }, [&] { return stream.has_more(); });
  }

  void serve_tls(int connection) {
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

  bool serve_request(httplib::Stream& stream) {
    bool closed = false;
    hang_up = true;
    routed = false;
    return process_request(stream, "", 0, "", 0, false, closed, nullptr) && !closed && !hang_up;
  }

  // `has_more`: there is a next request already, and not in the socket.
  template <class Serve, class HasMore>
  void serve_requests(int connection, const Serve& serve, const HasMore& has_more) {
    while ((has_more() || wait(connection)) && connections_.set(connection, true)) {
      const bool next = serve();
      const bool more = connections_.set(connection, false);
      if (hang_up) close_softly(connection);
      if (!next || !more) return;
    }
  }

  TlsContext tls_;
  std::mutex tls_mutex_;
  Connections connections_;
  std::atomic<std::size_t> waiting_ = 0;
};

// Whether it is certain where the body ends (RFC 9112, 6.3). The library takes what is not for a body of none or some
// bytes, and what follows them for the next request.
bool is_framed(const httplib::Request& request) {
  const auto lengths = request.get_header_value_count("Content-Length");
  if (!request.has_header("Transfer-Encoding")) {
    return lengths == 0 || (lengths == 1 && text::to_number(request.get_header_value("Content-Length")));
  }
  return lengths == 0 && request.get_header_value_count("Transfer-Encoding") == 1 &&
         text::lower(request.get_header_value("Transfer-Encoding")) == "chunked";
}

bool has_body(const httplib::Request& request) {
  return request.has_header("Transfer-Encoding") || request.get_header_value_u64("Content-Length") > 0;
}

// Hands the body to `sink`, which may stop it by false or by throwing.
bool read_body(const httplib::ContentReader& reader, const ByteSink& sink) {
  std::exception_ptr failure;
  const bool whole = reader([&](const char* data, std::size_t size) {
    try {
      return sink({data, size});
    } catch (...) {
      failure = std::current_exception();
      return false;
    }
  });
  hang_up = hang_up || !whole;
  if (failure) std::rethrow_exception(failure);
  return whole;
}

// What is left on the connection must not be taken for the next request.
void leave_body(const httplib::Request& request, const httplib::ContentReader& reader) {
  if (request.has_header("Content-Length") && request.get_header_value_u64("Content-Length") <= max_drained) {
    read_body(reader, [](std::string_view) { return true; });
  } else {
    hang_up = true;
  }
}

Request convert(const httplib::Request& from) {
  Request request;
  request.method = from.method;
  request.path = from.path;
  request.query.insert(from.params.begin(), from.params.end());
  request.header = [&from](const char* name) {
    return from.has_header(name) ? std::optional(from.get_header_value(name)) : std::nullopt;
  };
  request.body = [](const ByteSink&) { return true; };
  return request;
}

// What RFC 9110, 14, says and the library does not: a suffix that is longer than the blob is all of it, and who asks
// for what lies beyond the end is told where that is. A range is of nothing but a blob that is read.
void mend_ranges(const httplib::Request& request, std::optional<std::uint64_t> size, httplib::Response& response) {
  auto& ranges = const_cast<httplib::Request&>(request).ranges;  // only our view of it is constant
  if (!size || request.method != "GET") return ranges.clear();
  const auto end = static_cast<ssize_t>(*size);
  for (auto& [first, last] : ranges) {
    if (first < 0) last = std::min(last, end);
    if (first < 0 ? last > 0 : first < end) continue;
    return response.set_header("Content-Range", fmt::format("bytes */{}", end));
  }
}

// Copied through a buffer: sendfile(2) copies less, but wakes the reader once every 64 kB, which costs more than
// copying where cores are virtual.
void send_blob(Blob blob, const httplib::Request& request, const std::string& type, httplib::Response& response) {
  if (request.method == "GET" && !request.ranges.empty()) response.status = 206;
  const auto size = static_cast<std::size_t>(blob.size);
  auto file = std::make_shared<sys::Descriptor>(std::move(blob.file));
  std::shared_ptr<char[]> buffer = std::make_unique_for_overwrite<char[]>(std::min(size, piece));
  response.set_content_provider(size, type, [file, buffer](std::size_t offset, std::size_t length, auto& sink) {
    try {
      const auto got = read_at(file->get(), buffer.get(), std::min(length, piece), offset);
      return got > 0 && sink.write(buffer.get(), got);
    } catch (const Error& error) {
      log::warning("registry: {}", error.message());
      return false;  // the header is sent: all that is left is to break off
    }
  });
}

void send(Answer answer, const httplib::Request& request, httplib::Response& response) {
  response.status = answer.status;
  for (const auto& [name, value] : answer.headers) response.headers.emplace(name, value);
  if (hang_up) response.headers.emplace("Connection", "close");
  mend_ranges(request, answer.blob ? std::optional(answer.blob->size) : std::nullopt, response);
  if (answer.blob) {
    send_blob(std::move(*answer.blob), request, answer.content_type, response);
  } else if (!answer.content_type.empty()) {
    response.set_content(std::move(answer.body), answer.content_type);
  }
  log::debug("registry: {} {} → {}", request.method, text::printable(request.target), response.status);
}

}  // namespace

class HttpServer::Impl {
 public:
  Impl(std::function<Answer(const Request&)> handler, TlsContext tls)
      : handler_(std::move(handler)), server_(std::move(tls)) {
    set_up();
    add_routes();
  }

  int bind(const std::string& address, int port) {
    int bound = -1;
    if (port == 0) {
      bound = server_.bind_to_any_port(address);
    } else if (server_.bind_to_port(address, port)) {
      bound = port;
    }
    // The library asks for a queue of five, too short for a builder that opens all its connections at once.
    if (bound < 0 || ::listen(socket_, 128) != 0) {
      throw Error(ErrorKind::network, fmt::format("cannot listen on {}:{}", address, port),
                  "choose another address or port, or end the program that listens there");
    }
    return bound;
  }

  bool serve() { return server_.listen_after_bind(); }

  void stop(std::chrono::milliseconds grace) {
    server_.wait_until_ready();
    server_.stop_within(grace);
  }

  void close() const { ::close(socket_); }

 private:
  void set_up() {
    server_.set_tcp_nodelay(true);  // an answer is two writes, and Nagle's algorithm would hold the second one back
    server_.set_keep_alive_timeout(keep_alive.count());
    server_.set_keep_alive_max_count(1'000'000);
    server_.set_read_timeout(io_seconds);
    server_.set_write_timeout(io_seconds);
    server_.set_default_headers({{"Docker-Distribution-Api-Version", "registry/2.0"}});
    // The library's default would share the port with another process.
    server_.set_socket_options([this](int opened) {
      const int on = 1;
      ::setsockopt(opened, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
      socket_ = opened;
    });
  }

  void add_routes() {
    server_.set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
      const auto& method = request.method;
      if (!is_framed(request)) {
        refuse_malformed(request, response, 400);
        return httplib::Server::HandlerResponse::Handled;
      }
      if (method == "POST" || method == "PUT" || method == "PATCH" || method == "DELETE") {
        return httplib::Server::HandlerResponse::Unhandled;
      }
      read(request, response);
      return httplib::Server::HandlerResponse::Handled;
    });
    server_.set_error_handler([this](const httplib::Request& request, httplib::Response& response) {
      if (routed) return httplib::Server::HandlerResponse::Unhandled;
      stand_in(request, response);
      return httplib::Server::HandlerResponse::Handled;
    });
    const auto write = [this](const httplib::Request& from, httplib::Response& response,
                              const httplib::ContentReader& reader) { receive(from, response, reader); };
    const std::string anything = R"([\s\S]*)";
    server_.Post(anything, write);
    server_.Put(anything, write);
    server_.Patch(anything, write);
    server_.Delete(anything, write);
  }

  void read(const httplib::Request& request, httplib::Response& response) const {
    routed = true;
    hang_up = has_body(request);
    send(hang_up ? refuse(Code::unsupported, "this method takes no body") : handler_(convert(request)), request,
         response);
  }

  // For the library, which refused a request before it asked us.
  void stand_in(const httplib::Request& request, httplib::Response& response) const {
    // A range that cannot be understood is passed over (RFC 9110, 14.2), not refused.
    const bool reads = request.method == "GET" || request.method == "HEAD";
    if (response.status == 416 && reads && is_framed(request)) return read(request, response);
    refuse_malformed(request, response, response.status);
  }

  static void refuse_malformed(const httplib::Request& request, httplib::Response& response, int status) {
    routed = true;
    send(refuse(Code::unsupported, "this is not a request of HTTP/1.1", status), request, response);
  }

  void receive(const httplib::Request& from, httplib::Response& response, const httplib::ContentReader& reader) const {
    routed = true;
    hang_up = false;
    auto request = convert(from);
    bool unread = has_body(from);
    request.body = [&](const ByteSink& sink) { return !std::exchange(unread, false) || read_body(reader, sink); };
    auto answer = handler_(request);
    if (unread) leave_body(from, reader);
    send(std::move(answer), from, response);
  }

  std::function<Answer(const Request&)> handler_;
  Server server_;
  int socket_ = -1;
};

HttpServer::HttpServer(std::function<Answer(const Request&)> handler, TlsContext tls)
    : impl_(std::make_unique<Impl>(std::move(handler), std::move(tls))) {}
HttpServer::~HttpServer() = default;
int HttpServer::bind(const std::string& address, int port) {
  return impl_->bind(address, port);
}
bool HttpServer::serve() {
  return impl_->serve();
}
void HttpServer::stop(std::chrono::milliseconds grace) {
  impl_->stop(grace);
}
void HttpServer::close() {
  impl_->close();
}

}  // namespace polyarch::server
