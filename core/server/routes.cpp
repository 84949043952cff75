// The registry on cpp-httplib: the only file of the room that knows it.
#include <array>
#include <condition_variable>
#include <fmt/core.h>
#include <httplib.h>
#include <mutex>
#include <set>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "server/api.hpp"
#include "server/draft.hpp"
#include "server/registry.hpp"

namespace polyarch::server {
namespace {

// A connection that is kept alive holds a thread; a builder opens about ten.
constexpr std::size_t max_connections = 64;
constexpr std::size_t max_waiting = 256;
constexpr std::size_t piece = 256U << 10;

// Clients try https first, and take an answer in plain HTTP for a hint to try http. The library would wait for the end
// of a line that never comes.
bool refuse_tls(int connection, httplib::Stream& stream) {
  constexpr char handshake = 0x16;  // RFC 8446, "Record Protocol": the first byte of a connection
  std::array<char, 16U << 10> hello{};
  if (::recv(connection, hello.data(), 1, MSG_PEEK | MSG_DONTWAIT) != 1 || hello[0] != handshake) return false;
  // To close with bytes unread would take the answer back.
  while (::recv(connection, hello.data(), hello.size(), MSG_DONTWAIT) > 0) continue;
  stream.write("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  return true;
}

class PlainServer final : public httplib::Server {
 public:
  // Ends the open connections too: a client that is silent would hold the end up until its time is over.
  void stop_now() {
    stop();
    const std::lock_guard lock(mutex_);
    for (const auto connection : connections_) ::shutdown(connection, SHUT_RDWR);
  }

 private:
  bool process_and_close_socket(int connection) override {
    note(connection, true);
    const bool done = httplib::detail::process_server_socket(
        svr_sock_, connection, keep_alive_max_count_, keep_alive_timeout_sec_, read_timeout_sec_, read_timeout_usec_,
        write_timeout_sec_, write_timeout_usec_, [&](httplib::Stream& stream, bool last, bool& closed) {
          return !refuse_tls(connection, stream) && process_request(stream, "", 0, "", 0, last, closed, nullptr);
        });
    note(connection, false);
    ::shutdown(connection, SHUT_RDWR);
    ::close(connection);
    return done;
  }

  void note(int connection, bool open) {
    const std::lock_guard lock(mutex_);
    open ? void(connections_.insert(connection)) : void(connections_.erase(connection));
  }

  std::mutex mutex_;
  std::set<int> connections_;
};

bool has_body(const httplib::Request& request) {
  return request.has_header("Transfer-Encoding") || request.get_header_value_u64("Content-Length") > 0;
}

// Reads to the end even when `sink` throws: what is left on the connection would be taken for the next request.
bool drain(const httplib::ContentReader& reader, const ByteSink& sink) {
  std::exception_ptr failure;
  const bool whole = reader([&](const char* data, std::size_t size) {
    try {
      if (!failure) sink({data, size});
    } catch (...) {
      failure = std::current_exception();
    }
    return true;
  });
  if (failure) std::rethrow_exception(failure);
  return whole;
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

void send_blob(Blob blob, const httplib::Request& request, const std::string& type, httplib::Response& response) {
  if (request.method == "GET" && !request.ranges.empty()) response.status = 206;
  const auto size = static_cast<std::size_t>(blob.size);
  auto source = std::make_shared<std::pair<Blob, std::vector<char>>>(std::move(blob), 0);
  response.set_content_provider(size, type, [source](std::size_t offset, std::size_t length, httplib::DataSink& sink) {
    try {
      auto& [open, buffer] = *source;
      if (buffer.empty()) buffer.resize(std::min(length, piece));
      const auto got = read_at(open.file.get(), buffer.data(), std::min(length, buffer.size()), offset);
      return got > 0 && sink.write(buffer.data(), got);
    } catch (const Error& error) {
      log::warning("registry: {}", error.message());
      return false;  // the header is sent: all that is left is to break off
    }
  });
}

void send(Answer answer, const httplib::Request& request, httplib::Response& response) {
  response.status = answer.status;
  for (const auto& [name, value] : answer.headers) response.headers.emplace(name, value);
  if (answer.blob) {
    send_blob(std::move(*answer.blob), request, answer.content_type, response);
  } else if (!answer.content_type.empty()) {
    response.set_content(std::move(answer.body), answer.content_type);
  }
  log::debug("registry: {} {} → {}", request.method, text::printable(request.target), response.status);
}

}  // namespace

struct Registry::Impl {
  enum class State { ready, serving, stopping, ended };

  explicit Impl(const RegistryOptions& options) : api(options.directory, options.max_manifest) {
    set_up();
    add_routes();
    bind(options);
  }

  void set_up() {
    server.new_task_queue = [] { return new httplib::ThreadPool(max_connections, max_waiting); };
    server.set_tcp_nodelay(true);  // an answer is two writes, and Nagle's algorithm would hold the second one back
    server.set_keep_alive_max_count(1'000'000);
    server.set_keep_alive_timeout(5);
    server.set_read_timeout(60);
    server.set_write_timeout(60);
    server.set_default_headers({{"Docker-Distribution-Api-Version", "registry/2.0"}});
    // The library's default would share the port with another process.
    server.set_socket_options([this](int opened) {
      const int on = 1;
      ::setsockopt(opened, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
      socket = opened;
    });
  }

  void add_routes() {
    server.set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
      const auto& method = request.method;
      if (method == "POST" || method == "PUT" || method == "PATCH" || method == "DELETE") {
        return httplib::Server::HandlerResponse::Unhandled;
      }
      send(has_body(request) ? refuse(Code::unsupported, "this method takes no body").with("Connection", "close")
                             : api.handle(convert(request)),
           request, response);
      return httplib::Server::HandlerResponse::Handled;
    });
    const auto write = [this](const httplib::Request& from, httplib::Response& response,
                              const httplib::ContentReader& reader) { receive(from, response, reader); };
    const std::string anything = R"([\s\S]*)";
    server.Post(anything, write);
    server.Put(anything, write);
    server.Patch(anything, write);
    server.Delete(anything, write);
  }

  void receive(const httplib::Request& from, httplib::Response& response, const httplib::ContentReader& reader) {
    auto request = convert(from);
    bool unread = has_body(from);
    request.body = [&](const ByteSink& sink) { return !std::exchange(unread, false) || drain(reader, sink); };
    auto answer = api.handle(request);
    if (unread) drain(reader, [](std::string_view) {});
    send(std::move(answer), from, response);
  }

  void bind(const RegistryOptions& options) {
    if (options.port == 0) {
      port = server.bind_to_any_port(options.address);
    } else if (server.bind_to_port(options.address, options.port)) {
      port = options.port;
    }
    // The library asks for a queue of five, too short for a builder that opens all its connections at once.
    if (port < 0 || ::listen(socket, 128) != 0) {
      throw Error(ErrorKind::network, fmt::format("cannot listen on {}:{}", options.address, options.port),
                  "choose another address or port, or end the program that listens there");
    }
  }

  ~Impl() {
    stop();
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return state == State::ended; });
  }

  void serve() {
    {
      const std::lock_guard lock(mutex);
      if (state != State::ready) return;
      state = State::serving;
    }
    const bool served = server.listen_after_bind();
    const std::lock_guard lock(mutex);
    const bool stopped = std::exchange(state, State::ended) == State::stopping;
    changed.notify_all();
    if (!served && !stopped) throw Error(ErrorKind::network, fmt::format("the registry on port {} broke down", port));
  }

  void stop() {
    std::unique_lock lock(mutex);
    if (state == State::ready) {
      ::close(socket);
      state = State::ended;
    }
    if (state != State::serving) return;
    state = State::stopping;
    lock.unlock();
    server.wait_until_ready();
    server.stop_now();
  }

  Api api;
  PlainServer server;
  int socket = -1;
  int port = -1;

  std::mutex mutex;
  std::condition_variable changed;
  State state = State::ready;
};

Registry::Registry(RegistryOptions options) : impl_(std::make_unique<Impl>(options)) {}
Registry::~Registry() = default;
int Registry::port() const {
  return impl_->port;
}
void Registry::serve() {
  impl_->serve();
}
void Registry::stop() {
  impl_->stop();
}

}  // namespace polyarch::server
