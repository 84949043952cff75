#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

// An OCI registry inside the engine, for laptops, tests and CI jobs (distribution-spec 1.1).
namespace polyarch::server {

struct RegistryOptions {
  std::string address = "127.0.0.1";
  int port = 0;  // 0: any free one
  std::filesystem::path directory;
  std::uint64_t max_manifest = 4U << 20;
};

class Registry {
 public:
  // Binds and opens the store; throws Error{network} when the address is taken, Error{storage} when the directory
  // cannot be used.
  explicit Registry(RegistryOptions options);
  ~Registry();  // stops and waits

  int port() const;
  // Serves until stop(); stop may be called from any thread.
  void serve();
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace polyarch::server
