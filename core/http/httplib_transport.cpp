#include <algorithm>
#include <csignal>
#include <fmt/core.h>
#include <map>
#include <openssl/err.h>
#include <openssl/ssl.h>

// The library sets OpenSSL up as every command starts: a millisecond. OpenSSL does it by itself when it is needed.
#define OPENSSL_init_ssl(options, settings)
#include <httplib.h>
#undef OPENSSL_init_ssl

#include "base/error.hpp"
#include "base/redact.hpp"
#include "http/interrupter.hpp"
#include "http/proxy.hpp"
#include "http/slots.hpp"
#include "http/transport.hpp"
#include "http/trust.hpp"
#include "http/url.hpp"

namespace polyarch::http {
namespace {

using Milliseconds = std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t send_chunk = 256 << 10;
constexpr std::size_t most_idle_per_origin = 16;
constexpr std::chrono::seconds longest_idle{30};

// One exchange on one connection: feeds the request to the library and takes the answer from it.
class Exchange {
 public:
  Exchange(const Request& request, const Url& url, const TransportOptions& options)
      : request_(request), url_(url), options_(options) {}

  httplib::Request outgoing() {
    httplib::Request out;
    out.method = request_.method;
    out.path = url_.target;
    for (const auto& [name, value] : request_.headers.fields()) out.headers.emplace(name, value);
    out.set_header("Host", url_.authority());
    out.set_header("User-Agent", options_.user_agent);
    out.set_header("Accept-Encoding", "identity");  // without it a server may compress (RFC 9110, 12.5.3)
    set_body(out);
    out.response_handler = [this](const httplib::Response& head) { return guarded([&] { begin(head); }); };
    out.content_receiver = [this](const char* bytes, std::size_t size, std::uint64_t, std::uint64_t) {
      return guarded([&] { take({bytes, size}); });
    };
    return out;
  }

  // What a callback threw, on the thread that called send().
  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

  Response answer(const httplib::Response& head) {
    set_head(head);
    return std::move(response_);
  }

  // When the head of the answer has to be there: how long the request may take if its body is sent at the least pace.
  SteadyClock::time_point deadline() const {
    return start_ + allowance(request_.source ? request_.source->size : request_.body.size());
  }

  // A peer that trickles is never silent, and would hold us for as long as it likes.
  void check_pace() const {
    const auto used = SteadyClock::now() - start_;
    if (used < allowance(moved_)) return;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(used).count();
    throw Error(
        ErrorKind::network,
        fmt::format("{} {}: too slow: {} bytes in {} s", request_.method, redact_url(request_.url), moved_, seconds),
        "check the network, and the load of the registry", true);
  }

  bool begun() const { return response_.status != 0; }
  bool silent() const { return SteadyClock::now() - last_activity_ >= options_.idle_timeout; }

 private:
  // An exception must not pass through the library: it is kept, and the exchange ends.
  template <class Step>
  bool guarded(Step step) {
    try {
      last_activity_ = SteadyClock::now();
      if (options_.cancel != nullptr) options_.cancel->check();
      check_pace();
      step();
      return true;
    } catch (...) {
      failure_ = std::current_exception();
      return false;
    }
  }

  Milliseconds allowance(std::uint64_t bytes) const {
    return options_.whole_timeout + Milliseconds(bytes * 1000 / options_.slowest);
  }

  void set_body(httplib::Request& out) {
    if (!request_.source) {
      out.body = request_.body;
      return;
    }
    out.content_length_ = request_.source->size;
    out.content_provider_ = [this](std::size_t offset, std::size_t left, httplib::DataSink& sink) {
      return guarded([&] { give(offset, left, sink); });
    };
  }

  void give(std::size_t offset, std::size_t left, httplib::DataSink& sink) {
    buffer_.resize(std::min(left, send_chunk));
    const auto size = request_.source->read(offset, buffer_.data(), buffer_.size());
    if (size == 0 || size > buffer_.size()) {
      throw Error(ErrorKind::input,
                  fmt::format("what is sent to {} ended {} bytes early", redact_url(request_.url), left),
                  "was the file changed while it was sent?");
    }
    sink.write(buffer_.data(), size);
    moved_ += size;
  }

  void set_head(const httplib::Response& head) {
    response_.status = head.status;
    response_.headers = Headers();
    for (const auto& [name, value] : head.headers) response_.headers.add(name, value);
  }

  void begin(const httplib::Response& head) {
    set_head(head);
    if (response_.ok() && request_.on_head) request_.on_head(response_.status, response_.headers);
  }

  void take(std::string_view bytes) {
    moved_ += bytes.size();
    if (response_.ok() && request_.sink) return request_.sink(bytes);
    if (bytes.size() > request_.max_body - response_.body.size()) {
      throw Error(ErrorKind::registry, fmt::format("{} {}: the answer is longer than {} bytes", request_.method,
                                                   redact_url(request_.url), request_.max_body));
    }
    response_.body += bytes;
  }

  const Request& request_;
  const Url& url_;
  const TransportOptions& options_;
  Response response_;
  std::string buffer_;
  std::exception_ptr failure_;
  std::uint64_t moved_ = 0;  // bytes of the bodies
  SteadyClock::time_point start_ = SteadyClock::now();
  SteadyClock::time_point last_activity_ = start_;
};

// A keep-alive connection to one origin, directly or through a proxy.
class Connection {
 public:
  Connection(const Url& url, const TransportOptions& options, Interrupter& interrupter, TlsFiles& tls)
      : origin_(url.origin()), host_(url.host), port_(url.port), socket_(interrupter) {
    proxy_ = choose_proxy(url, options.environment);
    url.secure() ? open_secure(tls.of(url)) : open_plain();
    client_->set_keep_alive(true);
    client_->set_tcp_nodelay(true);
    client_->set_decompress(false);
    client_->set_url_encode(false);
    client_->set_connection_timeout(options.connect_timeout);
    client_->set_read_timeout(options.idle_timeout);
    client_->set_write_timeout(options.idle_timeout);
    client_->set_socket_options([this](socket_t descriptor) {
      socket_.replace(descriptor);
      reused_ = false;
    });
    if (proxy_) use_proxy(url.secure());
  }

  // By `deadline` the head of the answer is here, or the connection breaks.
  httplib::Result send(httplib::Request request, SteadyClock::time_point deadline) {
    if (proxy_ && secure_) request.set_header("Proxy-Authorization", "");  // see use_proxy()
    reused_ = open();  // a host that does not resolve never gets a socket: that is no stale connection
    untrusted_.clear();
    if (secure_) ERR_clear_error();  // it loads the texts of all errors
    request.response_handler = [this, begin = std::move(request.response_handler)](const httplib::Response& head) {
      socket_.set_deadline(WatchedSocket::never);
      return begin(head);
    };
    socket_.set_deadline(deadline);
    auto result = client_->send(request);
    socket_.set_deadline(WatchedSocket::never);
    return result;
  }

  const std::string& origin() const { return origin_; }
  bool open() const { return client_->is_socket_open() != 0; }
  // Whether the last request went out on a socket that had served one before: the server may have closed it meanwhile.
  bool reused() const { return reused_; }
  SteadyClock::time_point idle_since = SteadyClock::now();

  // Why the exchange failed, as the library says it.
  [[noreturn]] void fail(const Request& request, httplib::Error error, int proxy_status, bool silent) const;

 private:
  void open_plain() { client_ = std::make_unique<httplib::ClientImpl>(host_, port_); }

  // OpenSSL itself checks chain and name during the handshake; the library's own check comes after it and is weaker.
  void open_secure(const Tls& tls) {
    auto client = std::make_unique<httplib::SSLClient>(host_, port_);
    client->enable_server_certificate_verification(false);
    SSL_CTX* context = client->ssl_context();
    if (context == nullptr) throw Error(ErrorKind::failed, "the crypto library refused to make a TLS context");
    set_up(context, tls, host_);
    SSL_CTX_set_app_data(context, this);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, note_verification);
    client_ = std::move(client);
    secure_ = true;
  }

  static int note_verification(int trusted, X509_STORE_CTX* chain) {
    if (trusted == 1) return 1;
    auto* ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto* connection = static_cast<Connection*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
    connection->untrusted_ = X509_verify_cert_error_string(X509_STORE_CTX_get_error(chain));
    return 0;
  }

  // The library would send the proxy's credentials to the server too, inside the tunnel: requests of a tunnel carry an
  // empty field in their place, which is then left out.
  void use_proxy(bool tunnel) {
    client_->set_proxy(proxy_->host, proxy_->port);
    if (!proxy_->username.empty()) client_->set_proxy_basic_auth(proxy_->username, proxy_->password);
    if (!tunnel) return;
    client_->set_header_writer([](httplib::Stream& stream, httplib::Headers& headers) {
      const auto field = headers.find("Proxy-Authorization");
      if (field != headers.end() && field->second.empty()) headers.erase(field);
      return httplib::detail::write_headers(stream, headers);
    });
  }

  [[noreturn]] void fail_handshake(const std::string& where) const;
  bool unknown_host() const;

  std::string origin_;
  std::string host_;
  int port_;
  bool secure_ = false;
  bool reused_ = false;
  std::string untrusted_;
  std::optional<Proxy> proxy_;
  WatchedSocket socket_;
  std::unique_ptr<httplib::ClientImpl> client_;
};

bool Connection::unknown_host() const {
  addrinfo* found = nullptr;
  const auto& host = proxy_ ? proxy_->host : host_;
  const int status = getaddrinfo(host.c_str(), nullptr, nullptr, &found);
  if (status == 0) freeaddrinfo(found);
  return status == EAI_NONAME;
}

void Connection::fail_handshake(const std::string& where) const {
  if (!untrusted_.empty()) {
    throw Error(ErrorKind::network, fmt::format("{}: the server's certificate is not trusted: {}", where, untrusted_),
                "add its authority with SSL_CERT_FILE; a registry that is meant to be insecure is named with "
                "--insecure-registry");
  }
  const auto code = ERR_peek_error();
  const bool not_tls = ERR_GET_REASON(code) == SSL_R_WRONG_VERSION_NUMBER || ERR_GET_REASON(code) == SSL_R_HTTP_REQUEST;
  const char* reason = ERR_reason_error_string(code);
  throw Error(ErrorKind::network,
              fmt::format("{}: the TLS handshake failed: {}", where, reason != nullptr ? reason : "connection broke"),
              not_tls ? "does the server speak plain HTTP? Then name it with --insecure-registry" : "", !not_tls);
}

void Connection::fail(const Request& request, httplib::Error error, int proxy_status, bool silent) const {
  const auto where = fmt::format("{} {}", request.method, redact_url(request.url));
  const auto peer = proxy_ ? fmt::format("the proxy {}:{}", proxy_->host, proxy_->port) : origin_;
  const std::string hint = "check the name, the network and HTTPS_PROXY, HTTP_PROXY and NO_PROXY";
  switch (error) {
    case httplib::Error::SSLConnection:
      fail_handshake(where);
    case httplib::Error::ConnectionTimeout:
      throw Error(ErrorKind::network, fmt::format("{}: {} does not answer", where, peer), hint, true);
    case httplib::Error::Connection:
      if (unknown_host()) throw Error(ErrorKind::network, fmt::format("{}: no such host: {}", where, peer), hint);
      throw Error(ErrorKind::network, fmt::format("{}: cannot connect to {}", where, peer), hint, true);
    case httplib::Error::ProxyConnection:
      throw Error(ErrorKind::network,
                  fmt::format("{}: {} refused the tunnel with status {}", where, peer, proxy_status),
                  "check the proxy's credentials and rules", proxy_status >= 500);
    default:
      throw Error(ErrorKind::network,
                  fmt::format("{}: {}", where, silent ? peer + " fell silent" : "the connection to " + peer + " broke"),
                  "", true);
  }
}

// Idle connections, by origin, for the next request to take.
class Pool {
 public:
  std::unique_ptr<Connection> take(const std::string& origin) {
    const std::lock_guard lock(mutex_);
    auto& idle = idle_[origin];
    std::erase_if(idle, [now = SteadyClock::now()](const auto& one) { return now - one->idle_since > longest_idle; });
    if (idle.empty()) return nullptr;
    auto connection = std::move(idle.back());
    idle.pop_back();
    return connection;
  }

  void give_back(std::unique_ptr<Connection> connection) {
    if (!connection->open()) return;
    connection->idle_since = SteadyClock::now();
    const std::lock_guard lock(mutex_);
    auto& idle = idle_[connection->origin()];
    if (idle.size() < most_idle_per_origin) idle.push_back(std::move(connection));
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::vector<std::unique_ptr<Connection>>> idle_;
};

bool is_clean(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

Url check(const Request& request) {
  auto url = Url::parse(request.url);
  if (!url) throw Error(ErrorKind::input, fmt::format("not an http or https URL: {}", redact_url(request.url)));
  for (const auto& [name, value] : request.headers.fields()) {
    if (is_clean(name) && is_clean(value)) continue;
    throw Error(ErrorKind::input, fmt::format("{} {}: the header field {} holds a control character", request.method,
                                              redact_url(request.url), is_clean(name) ? name : "name"));
  }
  return *url;
}

class HttplibTransport final : public Transport {
 public:
  explicit HttplibTransport(TransportOptions options)
      : options_(std::move(options)),
        tls_(options_.ca_files, options_.certificate_roots, options_.environment),
        slots_(options_.most_parallel),
        interrupter_(options_.cancel) {}

  Response send(const Request& request) override {
    const auto url = check(request);
    const Slots::Slot slot(slots_, url.origin(), options_.cancel);
    auto connection = pool_.take(url.origin());
    while (true) {
      if (options_.cancel != nullptr) options_.cancel->check();
      if (!connection) connection = std::make_unique<Connection>(url, options_, interrupter_, tls_);
      Exchange exchange(request, url, options_);
      auto result = connection->send(exchange.outgoing(), exchange.deadline());
      if (options_.cancel != nullptr) options_.cancel->check();
      exchange.rethrow();
      if (result && result.error() == httplib::Error::Success) {
        pool_.give_back(std::move(connection));
        return exchange.answer(*result);
      }
      exchange.check_pace();
      // The server may have closed an idle connection just as the request went out: that is tried once more, afresh.
      const bool stale = connection->reused() && !exchange.begun() && !exchange.silent() && !request.once;
      if (!stale) connection->fail(request, result.error(), result ? result->status : 0, exchange.silent());
      connection.reset();
    }
  }

 private:
  TransportOptions options_;
  TlsFiles tls_;
  Slots slots_;
  Interrupter interrupter_;
  Pool pool_;  // gone before the interrupter
};

}  // namespace

std::unique_ptr<Transport> make_transport(TransportOptions options) {
  std::signal(SIGPIPE, SIG_IGN);
  return std::make_unique<HttplibTransport>(std::move(options));
}

}  // namespace polyarch::http
