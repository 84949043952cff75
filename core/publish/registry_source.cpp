#include <map>
#include <mutex>

#include "publish/blob_stream.hpp"
#include "publish/source.hpp"

namespace polyarch::publish {
namespace {

constexpr std::size_t most_kept_bytes = 32U << 20;

class RegistrySource final : public Source {
 public:
  RegistrySource(registry::Client& client, oci::Repository repository)
      : client_(client), repository_(std::move(repository)) {}

  std::string name() const override { return repository_.str(); }

  std::string manifest(const oci::Descriptor& descriptor) override {
    {
      const std::lock_guard lock(mutex_);
      const auto known = manifests_.find(descriptor.digest);
      if (known != manifests_.end()) return known->second;
    }
    auto bytes = client_.need_manifest({repository_, std::nullopt, descriptor.digest}).bytes;
    const std::lock_guard lock(mutex_);
    if (kept_ + bytes.size() <= most_kept_bytes && manifests_.emplace(descriptor.digest, bytes).second)
      kept_ += bytes.size();
    return bytes;
  }

  std::string config(const oci::Descriptor& descriptor) override { return client_.get_blob(repository_, descriptor); }
  http::BodySource blob(const oci::Descriptor& descriptor) override {
    return stream_blob(client_, repository_, descriptor);
  }
  std::vector<oci::Descriptor> referrers(const Digest& subject) override {
    return client_.referrers(repository_, subject);
  }
  std::optional<oci::Repository> repository() const override { return repository_; }

 private:
  registry::Client& client_;
  const oci::Repository repository_;
  std::mutex mutex_;
  std::map<Digest, std::string> manifests_;
  std::size_t kept_ = 0;
};

}  // namespace

std::shared_ptr<Source> registry_source(registry::Client& client, const oci::Repository& repository) {
  return std::make_shared<RegistrySource>(client, repository);
}

}  // namespace polyarch::publish
