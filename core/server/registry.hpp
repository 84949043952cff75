#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "server/tls.hpp"

// An OCI registry inside the engine, for laptops, tests and CI jobs (distribution-spec 1.1).
namespace polyarch::server {

struct RegistryOptions {
  std::string address = "127.0.0.1";
  int port = 0;  // 0: any free one
  std::filesystem::path directory;
  std::uint64_t max_manifest = 4U << 20;
  std::uint64_t max_blob = std::uint64_t{32} << 30;
  bool read_only = false;
  bool allow_sparse = false;
  std::optional<std::filesystem::path> htpasswd;  // read once
  std::optional<TlsFiles> tls;                    // nullopt: plain HTTP
};

class Registry {
 public:
  // Binds and opens the store; throws Error{network} when the address is taken, Error{storage} when the directory
  // cannot be used, Error{input} for malformed files of passwords, certificates or keys.
  explicit Registry(RegistryOptions options);
  ~Registry();  // stops and waits

  int port() const;
  // Serves until stop(); stop may be called from any thread. Requests under way have `grace` to end.
  void serve();
  void stop(std::chrono::milliseconds grace = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace polyarch::server
