#pragma once
#include <arpa/inet.h>
#include <chrono>
#include <map>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <thread>

#include "base/text.hpp"
#include "server/registry.hpp"
#include "sys/descriptor.hpp"
#include "sys/files.hpp"

namespace polyarch::server {

struct Reply {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

// One TCP connection that speaks HTTP byte by byte, so that a test may also speak it wrongly.
class Connection {
 public:
  explicit Connection(int port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval patience{10, 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      throw std::runtime_error("nobody listens");
    }
  }

  void send(std::string_view bytes) {
    if (::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size())) {
      throw std::runtime_error("the server ended the connection");
    }
  }

  Reply request(const std::string& line, const std::string& headers = "", const std::string& body = "") {
    const auto length = body.empty() ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n";
    send(line + " HTTP/1.1\r\nHost: localhost\r\n" + headers + length + "\r\n" + body);
    return reply(!line.starts_with("HEAD"));
  }

  // `with_body`: whether Content-Length announces a body, or only says how long it would be.
  Reply reply(bool with_body = true) {
    Reply reply;
    const auto head = take(until("\r\n\r\n"));
    const auto lines = text::split(head, '\n');
    reply.status = std::stoi(std::string(lines.at(0).substr(lines.at(0).find(' ') + 1, 3)));
    for (const auto line : lines) {
      if (const auto field = text::cut(line, ':')) {
        reply.headers[text::lower(field->first)] = text::trim(field->second);
      }
    }
    if (!with_body || !reply.headers.contains("content-length")) return reply;
    const auto length = std::stoul(reply.headers.at("content-length"));
    while (received_.size() < length && receive()) continue;
    reply.body = take(std::min<std::size_t>(length, received_.size()));
    return reply;
  }

  // Whether an answer begins, for which it waits.
  bool begins() { return !received_.empty() || receive(); }

  // Whether the other side has ended the connection.
  bool ended() {
    while (receive()) continue;
    return end_;
  }

  // What has come and was not taken.
  const std::string& rest() const { return received_; }

 private:
  bool receive() {
    char buffer[16 << 10];
    const auto got = ::recv(socket_.get(), buffer, sizeof buffer, 0);
    end_ = got == 0;
    if (got > 0) received_.append(buffer, static_cast<std::size_t>(got));
    return got > 0;
  }

  std::size_t until(std::string_view mark) {
    while (received_.find(mark) == std::string::npos) {
      if (!receive()) throw std::runtime_error("the server sent no whole answer: '" + received_ + "'");
    }
    return received_.find(mark) + mark.size();
  }

  std::string take(std::size_t size) {
    auto bytes = received_.substr(0, size);
    received_.erase(0, size);
    return bytes;
  }

  sys::Descriptor socket_;
  std::string received_;
  bool end_ = false;
};

}  // namespace polyarch::server
