#pragma once
#include <atomic>
#include <chrono>
#include <mutex>
#include <openssl/ssl.h>

// The library sets OpenSSL up as every command starts: a millisecond. OpenSSL does it by itself when it is needed.
#define OPENSSL_init_ssl(options, settings)
#include <httplib.h>
#undef OPENSSL_init_ssl

#include "server/connections.hpp"
#include "server/tls.hpp"

namespace polyarch::server {

// Of the request under way. A connection holds its thread.
struct RequestState {
  bool routed;   // it came as far as to a handler: the library did not refuse it by itself
  bool hang_up;  // after the answer: the next request does not begin where the reading has stopped
};
inline thread_local RequestState request_state{};

// The library's server with connections of our own: a thread for each, plain or TLS, that reads one request after the
// other, answers those that come together, gives way to who waits, and can be ended at any time.
class HttplibConnections final : public httplib::Server {
 public:
  // Without `tls`: plain HTTP.
  explicit HttplibConnections(TlsContext tls);

  void stop_within(std::chrono::milliseconds grace);

 private:
  bool process_and_close_socket(int connection) override;
  bool wait(int connection) const;
  void refuse_protocol(int connection) const;
  void serve_plain(int connection);
  void serve_tls(int connection);
  bool serve_request(httplib::Stream& stream);
  template <class Serve, class HasMore>
  void serve_requests(int connection, const Serve& serve, const HasMore& has_more);

  TlsContext tls_;
  std::mutex tls_mutex_;
  Connections connections_;
  std::atomic<std::size_t> waiting_ = 0;
};

}  // namespace polyarch::server
