#pragma once
#include <chrono>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "http/transport.hpp"
#include "server/registry.hpp"
#include "sys/cancel.hpp"
#include "sys/files.hpp"
#include "sys/process.hpp"
#include "unit/http/listener.hpp"

namespace polyarch::testing {

// A registry on loopback that runs for as long as this lives.
class RunningRegistry {
 public:
  virtual ~RunningRegistry() = default;
  virtual std::string authority() const = 0;
};

class EmbeddedRegistry final : public RunningRegistry {
 public:
  EmbeddedRegistry() : registry_({.directory = directory_.path()}), thread_([this] { registry_.serve(); }) {}
  ~EmbeddedRegistry() override {
    registry_.stop();
    thread_.join();
  }
  std::string authority() const override { return "127.0.0.1:" + std::to_string(registry_.port()); }

 private:
  sys::TemporaryDirectory directory_;
  server::Registry registry_;
  std::thread thread_;
};

// Debian's docker-registry.
class DistributionRegistry final : public RunningRegistry {
 public:
  static bool installed() { return sys::find_program("docker-registry").has_value(); }

  DistributionRegistry() {
    const auto config = directory_.path() / "config.yml";
    std::ofstream(config) << "version: 0.1\nlog:\n  level: error\n  accesslog:\n    disabled: true\n"
                          << "storage:\n  delete:\n    enabled: true\n  filesystem:\n    rootdirectory: "
                          << (directory_.path() / "data").string() << "\nhttp:\n  addr: " << authority_ << "\n";
    thread_ = std::thread([this, config] {
      sys::Command command;
      command.argv = {"docker-registry", "serve", config.string()};
      try {
        sys::SystemRunner(&cancel_).run(command);
      } catch (const std::exception&) {
        // ended by the destructor
      }
    });
    wait();
  }
  ~DistributionRegistry() override {
    cancel_.request();
    thread_.join();
  }
  std::string authority() const override { return authority_; }

 private:
  void wait() const {
    const auto transport = http::make_transport({});
    http::Request request;
    request.url = "http://" + authority_ + "/v2/";
    for (int tries = 0; tries < 200; ++tries) {
      try {
        transport->send(request);
        return;
      } catch (const std::exception&) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
      }
    }
  }

  sys::TemporaryDirectory directory_;
  std::string authority_ = Listener().authority();  // free a moment ago
  sys::Cancel cancel_;
  std::thread thread_;
};

}  // namespace polyarch::testing
