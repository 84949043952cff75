#pragma once
#include <atomic>
#include <chrono>
#include <functional>
#include <gtest/gtest.h>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "sys/process.hpp"

namespace polyarch::ci_clients {

// A server in a process of its own, until the end of its life.
class Served {
 public:
  // `port_of` finds the port in a line of what it says, or nothing.
  Served(std::vector<std::string> argv, std::function<std::string(std::string_view)> port_of)
      : argv_(std::move(argv)), port_of_(std::move(port_of)), thread_([this] { serve(); }) {
    while (port().empty() && !ended_) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_NE(port(), "") << said_;
  }
  ~Served() {
    cancel_.request();
    thread_.join();
  }
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  std::string port() const {
    const std::lock_guard lock(mutex_);
    return port_;
  }

 private:
  void hear(std::string_view line) {
    const std::lock_guard lock(mutex_);
    said_.append(line).append("\n");
    if (port_.empty()) port_ = port_of_(line);
  }
  void serve() {
    sys::SystemRunner runner(&cancel_);
    const auto hears = [this](std::string_view line) { hear(line); };
    try {
      runner.run({.argv = argv_, .on_stdout = hears, .on_stderr = hears});
    } catch (const std::exception&) {  // cancelled: that is its end
    }
    ended_ = true;
  }

  std::vector<std::string> argv_;
  std::function<std::string(std::string_view)> port_of_;
  sys::Cancel cancel_;
  mutable std::mutex mutex_;
  std::string port_;
  std::string said_;
  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

}  // namespace polyarch::ci_clients
