#include <fmt/core.h>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "server/draft.hpp"
#include "server/errors.hpp"
#include "server/http_server.hpp"
#include "server/httplib_connections.hpp"

namespace polyarch::server {
namespace {

constexpr std::size_t piece = 512U << 10;
// What is left of a refused body is read to its end up to here; beyond, the connection is ended.
constexpr std::uint64_t max_drained = 1U << 20;

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
  request_state.hang_up = request_state.hang_up || !whole;
  if (failure) std::rethrow_exception(failure);
  return whole;
}

// What is left on the connection must not be taken for the next request.
void leave_body(const httplib::Request& request, const httplib::ContentReader& reader) {
  if (request.has_header("Content-Length") && request.get_header_value_u64("Content-Length") <= max_drained) {
    read_body(reader, [](std::string_view) { return true; });
  } else {
    request_state.hang_up = true;
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
  if (request_state.hang_up) response.headers.emplace("Connection", "close");
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
      if (request_state.routed) return httplib::Server::HandlerResponse::Unhandled;
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
    const bool body = has_body(request);
    request_state = {.routed = true, .hang_up = body};
    send(body ? refuse(Code::unsupported, "this method takes no body") : handler_(convert(request)), request, response);
  }

  // For the library, which refused a request before it asked us.
  void stand_in(const httplib::Request& request, httplib::Response& response) const {
    // A range that cannot be understood is passed over (RFC 9110, 14.2), not refused.
    const bool reads = request.method == "GET" || request.method == "HEAD";
    if (response.status == 416 && reads && is_framed(request)) return read(request, response);
    refuse_malformed(request, response, response.status);
  }

  static void refuse_malformed(const httplib::Request& request, httplib::Response& response, int status) {
    request_state.routed = true;
    send(refuse(Code::unsupported, "this is not a request of HTTP/1.1", status), request, response);
  }

  void receive(const httplib::Request& from, httplib::Response& response, const httplib::ContentReader& reader) const {
    request_state = {.routed = true, .hang_up = false};
    auto request = convert(from);
    bool unread = has_body(from);
    request.body = [&](const ByteSink& sink) { return !std::exchange(unread, false) || read_body(reader, sink); };
    auto answer = handler_(request);
    if (unread) leave_body(from, reader);
    send(std::move(answer), from, response);
  }

  std::function<Answer(const Request&)> handler_;
  HttplibConnections server_;
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
