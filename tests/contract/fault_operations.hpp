#pragma once
#include <fmt/core.h>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "contract/fault_proxy.hpp"
#include "registry/client.hpp"
#include "unit/registry/fixture.hpp"

// What a client does that may meet a fault.
namespace polyarch::testing {

struct WrongBytes : std::runtime_error {
  using std::runtime_error::runtime_error;
};

constexpr std::uint64_t fault_chunk = 1000;  // of the uploads
inline const std::string index_bytes =
    R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[],"x":[1, 2]})";

// What stands in the registry before an operation, and the way to look behind the proxy.
class World {
 public:
  World(const std::string& direct, FaultProxy& proxy)
      : direct_(direct),
        proxy_(proxy),
        transport_(http::with_retry(http::make_transport({}), {}, system_clock())),
        client_(*transport_, credentials_, {}) {
    push(content);
    push(base, "base");
    tag("1", index_bytes);
  }

  registry::Client& direct() { return client_; }
  oci::Repository behind(const std::string& name = "app") const { return repository(direct_ + "/" + name); }
  oci::Repository app() const { return repository(proxy_.authority() + "/app"); }
  oci::Repository of(const std::string& name) const { return repository(proxy_.authority() + "/" + name); }
  void push(const std::string& bytes, const std::string& name = "app") {
    client_.push_blob(behind(name), Digest::sha256(bytes), source_of(bytes));
  }
  void tag(const std::string& name, const std::string& bytes) {
    client_.put_manifest({behind(), name, std::nullopt}, oci::media_type::oci_index, bytes);
  }
  // Bytes that no case before has used.
  std::string fresh(std::size_t size) {
    auto bytes = fmt::format("case {} ", ++cases_);
    for (std::size_t i = 0; bytes.size() < size; ++i) bytes += fmt::format("{:x}", i * 7919);
    bytes.resize(std::max(size, bytes.size()));
    return bytes;
  }
  void expect_blob(const std::string& bytes) {
    const oci::Descriptor descriptor{.media_type = "", .digest = Digest::sha256(bytes), .size = bytes.size()};
    if (client_.get_blob(behind(), descriptor) != bytes) throw WrongBytes("the registry holds another blob");
  }

  const std::string content = std::string(3000, 'c') + "end";
  const std::string base = "a blob of another repository";
  const Digest index = Digest::sha256(index_bytes);

 private:
  std::string direct_;
  FaultProxy& proxy_;
  FakeCredentials credentials_;
  std::unique_ptr<http::Transport> transport_;
  registry::Client client_;
  int cases_ = 0;
};

// Runs one operation and throws WrongBytes when it claims what is not so.
struct Operation {
  enum class Reads { nothing, content, list };
  std::string name;
  Reads reads;
  std::function<void(registry::Client&, World&)> run;
};

std::vector<Operation> operations();

}  // namespace polyarch::testing
