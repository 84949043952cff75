#pragma once
#include <deque>
#include <fmt/core.h>
#include <list>
#include <mutex>
#include <thread>
#include <vector>

#include "base/text.hpp"
#include "unit/http/listener.hpp"

namespace polyarch::testing {

struct Answer {
  enum class Then { keep, close, reset, hang, trickle };  // trickle: a byte now and then, for ever
  std::string bytes;
  Then then = Then::keep;
};

inline Answer reply(int status, const std::string& fields = "", const std::string& body = "") {
  return {fmt::format("HTTP/1.1 {} Scripted\r\nContent-Length: {}\r\n{}\r\n{}", status, body.size(), fields, body)};
}

// Gives the answers of a script, one a request, byte for byte; when the script is at its end, status 599.
class ScriptedServer {
 public:
  struct Seen {
    std::string head;  // request line and fields
    std::string body;
    int connection = 0;
    std::string line() const { return head.substr(0, head.find("\r\n")); }
    bool has(const std::string& text) const { return text::lower(head).find(text::lower(text)) != std::string::npos; }
  };

  explicit ScriptedServer(std::deque<Answer> script)
      : script_(std::move(script)), acceptor_([this] { accept_all(); }) {}

  ~ScriptedServer() {
    listener_.stop();
    acceptor_.join();
    {
      const std::lock_guard lock(mutex_);
      for (const int connection : open_) shutdown(connection, SHUT_RDWR);
    }
    for (auto& worker : workers_) worker.join();
    for (const int connection : open_) close(connection);
  }

  std::string url(const std::string& path = "/") const { return "http://" + listener_.authority() + path; }
  std::string authority() const { return listener_.authority(); }
  int port() const { return listener_.port(); }

  std::vector<Seen> seen() const {
    const std::lock_guard lock(mutex_);
    return seen_;
  }
  int connections() const {
    const std::lock_guard lock(mutex_);
    return connections_;
  }

 private:
  void accept_all() {
    for (int descriptor = listener_.accept_one(); descriptor >= 0; descriptor = listener_.accept_one()) {
      const std::lock_guard lock(mutex_);
      open_.push_back(descriptor);
      workers_.emplace_back([this, descriptor, number = ++connections_] { serve(descriptor, number); });
    }
  }

  void serve(int descriptor, int number) {
    std::string buffer;
    Seen request{"", "", number};
    while (read_request(descriptor, buffer, request)) {
      const auto answer = next(request);
      send(descriptor, answer.bytes.data(), answer.bytes.size(), MSG_NOSIGNAL);
      if (answer.then == Answer::Then::keep) continue;
      if (answer.then == Answer::Then::hang) return;
      if (answer.then == Answer::Then::trickle) return trickle(descriptor);
      if (answer.then == Answer::Then::reset) {
        const linger at_once{1, 0};
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
        const std::lock_guard lock(mutex_);
        std::erase(open_, descriptor);
        close(descriptor);
        return;
      }
      break;
    }
    shutdown(descriptor, SHUT_RDWR);
  }

  static void trickle(int descriptor) {
    while (send(descriptor, "x", 1, MSG_NOSIGNAL) == 1) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }

  static bool read_more(int descriptor, std::string& buffer) {
    char bytes[4096];
    const auto size = recv(descriptor, bytes, sizeof(bytes), 0);
    if (size > 0) buffer.append(bytes, static_cast<std::size_t>(size));
    return size > 0;
  }

  static bool read_request(int descriptor, std::string& buffer, Seen& request) {
    std::size_t end = 0;
    while ((end = buffer.find("\r\n\r\n")) == std::string::npos) {
      if (!read_more(descriptor, buffer)) return false;
    }
    request.head = buffer.substr(0, end + 2);
    buffer.erase(0, end + 4);
    const auto at = text::lower(request.head).find("content-length: ");
    const std::size_t length = at == std::string::npos ? 0 : std::stoul(request.head.substr(at + 16));
    while (buffer.size() < length) {
      if (!read_more(descriptor, buffer)) return false;
    }
    request.body = buffer.substr(0, length);
    buffer.erase(0, length);
    return true;
  }

  Answer next(const Seen& request) {
    const std::lock_guard lock(mutex_);
    seen_.push_back(request);
    if (script_.empty()) return reply(599);
    auto answer = script_.front();
    script_.pop_front();
    return answer;
  }

  Listener listener_;
  mutable std::mutex mutex_;
  std::deque<Answer> script_;
  std::vector<Seen> seen_;
  std::vector<int> open_;
  int connections_ = 0;
  std::list<std::thread> workers_;
  std::thread acceptor_;
};

}  // namespace polyarch::testing
