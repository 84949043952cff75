#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "server/message.hpp"
#include "server/tls.hpp"

namespace polyarch::server {

// HTTP/1.1 on a listening socket: reads requests, has them answered, writes the answers.
class HttpServer {
 public:
  // `handler` is called from several threads, and does not throw. Without `tls`: plain HTTP.
  HttpServer(std::function<Answer(const Request&)> handler, TlsContext tls);
  ~HttpServer();

  // Returns the port. Port 0 takes any free one. Throws Error{network}.
  int bind(const std::string& address, int port);
  // Serves until stop(); false when the listening socket broke.
  bool serve();
  // Takes no more requests, waits up to `grace` for those under way, then ends all connections. From any thread, once
  // serve() was called.
  void stop(std::chrono::milliseconds grace);
  // In place of serve() and stop().
  void close();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace polyarch::server
