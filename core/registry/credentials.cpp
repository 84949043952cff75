#include "registry/credentials.hpp"

#include "base/redact.hpp"
#include "registry/credential_helper.hpp"
#include "registry/docker_config.hpp"
#include "sys/files.hpp"

namespace polyarch::registry {
namespace {

constexpr std::size_t largest_config = 4 << 20;

template <class Map>
auto lookup(const Map& map, const std::string& key) {
  const auto found = map.find(key);
  return found == map.end() ? std::nullopt : std::optional(found->second);
}

class DockerCredentials final : public CredentialStore {
 public:
  DockerCredentials(std::map<std::string, Credentials> own, std::filesystem::path directory, sys::Runner& runner)
      : directory_(std::move(directory)), runner_(runner) {
    for (auto& [key, credentials] : own) own_.emplace(registry_name(key), std::move(credentials));
  }

  std::optional<Credentials> find(const std::string& registry) override {
    auto found = search(registry_name(registry));
    if (found) {
      redactor().add(found->password);
      redactor().add(found->identity_token);
    }
    return found;
  }

 private:
  std::optional<Credentials> search(const std::string& name) {
    if (auto own = lookup(own_, name)) return own;
    const auto config = load();
    if (const auto helper = lookup(config.helpers, name)) return ask_helper(runner_, *helper, name);
    if (!config.store.empty()) {
      if (auto stored = ask_helper(runner_, config.store, name)) return stored;
    }
    return lookup(config.auths, name);
  }

  DockerConfig load() const {
    const auto file = directory_ / "config.json";
    std::error_code unreadable;
    if (directory_.empty() || !std::filesystem::exists(file, unreadable)) return {};
    return DockerConfig::parse(sys::read_file(file, largest_config), file.string());
  }

  std::map<std::string, Credentials> own_;
  std::filesystem::path directory_;
  sys::Runner& runner_;
};

}  // namespace

std::unique_ptr<CredentialStore> make_credentials(std::map<std::string, Credentials> explicit_credentials,
                                                  std::filesystem::path docker_config, sys::Runner& runner) {
  return std::make_unique<DockerCredentials>(std::move(explicit_credentials), std::move(docker_config), runner);
}

std::filesystem::path docker_config_directory(const sys::Environment& environment) {
  if (const auto named = environment("DOCKER_CONFIG")) return *named;
  const auto home = environment("HOME");
  return home ? std::filesystem::path(*home) / ".docker" : std::filesystem::path();
}

}  // namespace polyarch::registry
