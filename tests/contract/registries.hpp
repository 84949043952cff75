#pragma once
#include <chrono>
#include <fmt/core.h>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "contract/token_service.hpp"
#include "http/transport.hpp"
#include "server/registry.hpp"
#include "sys/cancel.hpp"
#include "sys/files.hpp"
#include "sys/process.hpp"
#include "unit/http/listener.hpp"
#include "unit/http/tls_server.hpp"

namespace polyarch::testing {

// A registry on loopback that runs for as long as this lives.
class RunningRegistry {
 public:
  static constexpr const char* username = "me";
  static constexpr const char* password = "contract-password";

  virtual ~RunningRegistry() = default;
  virtual std::string authority() const = 0;
  virtual std::vector<std::string> ca_files() const { return {}; }
};

// What keeps others out.
enum class Guard { none, tls, htpasswd, token };

// What an htpasswd file says of username and password: bcrypt.
inline constexpr std::string_view htpasswd_line = "me:$2y$05$abcdefghijklmnopqrstuuIseqWLrB04zBnrGjR.PtHii/pWbTs6O\n";

class EmbeddedRegistry final : public RunningRegistry {
 public:
  explicit EmbeddedRegistry(Guard guard = Guard::none)
      : guard_(guard), registry_(options()), thread_([this] { registry_.serve(); }) {}
  ~EmbeddedRegistry() override {
    registry_.stop();
    thread_.join();
  }
  std::string authority() const override { return "127.0.0.1:" + std::to_string(registry_.port()); }
  std::vector<std::string> ca_files() const override {
    return guard_ == Guard::tls ? std::vector{file("certificate.pem").string()} : std::vector<std::string>();
  }

 private:
  std::filesystem::path file(const char* name) const { return files_.path() / name; }

  server::RegistryOptions options() const {
    server::RegistryOptions out{.directory = directory_.path()};
    if (guard_ == Guard::tls) {
      const Identity identity("IP:127.0.0.1");
      identity.write(file("certificate.pem"));
      identity.write_key(file("key.pem"));
      out.tls = server::TlsFiles{file("certificate.pem"), file("key.pem")};
    }
    if (guard_ == Guard::htpasswd) {
      std::ofstream(file("users")) << htpasswd_line;
      out.htpasswd = file("users");
    }
    return out;
  }

  Guard guard_;
  sys::TemporaryDirectory directory_, files_;
  server::Registry registry_;
  std::thread thread_;
};

// Debian's docker-registry.
class DistributionRegistry final : public RunningRegistry {
 public:
  static bool installed() { return sys::find_program("docker-registry").has_value(); }

  explicit DistributionRegistry(Guard guard = Guard::none) : guard_(guard) {
    const auto config = directory_.path() / "config.yml";
    std::ofstream(config) << "version: 0.1\nlog:\n  level: error\n  accesslog:\n    disabled: true\n"
                          << "storage:\n  delete:\n    enabled: true\n  filesystem:\n    rootdirectory: "
                          << path("data") << "\nhttp:\n  addr: " << authority_ << "\n"
                          << guarded();
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
  std::vector<std::string> ca_files() const override {
    return guard_ == Guard::tls ? std::vector{path("certificate.pem")} : std::vector<std::string>();
  }

 private:
  std::string path(const char* name) const { return (directory_.path() / name).string(); }

  // The part of the configuration that keeps others out.
  std::string guarded() {
    identity_.write(path("certificate.pem"));
    identity_.write_key(path("key.pem"));
    switch (guard_) {
      case Guard::tls:
        return fmt::format("  tls:\n    certificate: {}\n    key: {}\n", path("certificate.pem"), path("key.pem"));
      case Guard::htpasswd:  // bcrypt of the password
        std::ofstream(path("users")) << htpasswd_line;
        return fmt::format("auth:\n  htpasswd:\n    realm: contract\n    path: {}\n", path("users"));
      case Guard::token:
        tokens_ = std::make_unique<TokenService>(identity_, username, password);
        return fmt::format("auth:\n  token:\n    realm: {}\n    service: {}\n    issuer: {}\n    rootcertbundle: {}\n",
                           tokens_->realm(), TokenService::audience, TokenService::issuer, path("certificate.pem"));
      default:
        return "";
    }
  }

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

  Guard guard_;
  Identity identity_{"IP:127.0.0.1"};
  std::unique_ptr<TokenService> tokens_;
  sys::TemporaryDirectory directory_;
  std::string authority_ = Listener().authority();  // free a moment ago
  sys::Cancel cancel_;
  std::thread thread_;
};

}  // namespace polyarch::testing
