#include "registry/credentials.hpp"

#include "base/redact.hpp"
#include "registry/credential_helper.hpp"
#include "registry/docker_config.hpp"
#include "sys/files.hpp"

namespace polyarch::registry {
namespace {

constexpr std::size_t largest_config_file = 4 << 20;

template <class Map>
auto lookup(const Map& map, const std::string& key) {
  const auto found = map.find(key);
  return found == map.end() ? std::nullopt : std::optional(found->second);
}

// "host/a/b" → "host/a/b", "host/a", "host".
std::vector<std::string> prefixes(std::string name) {
  std::vector<std::string> out{name};
  for (auto slash = name.rfind('/'); slash != std::string::npos; slash = name.rfind('/')) {
    name.resize(slash);
    out.push_back(name);
  }
  return out;
}

class Store final : public CredentialStore {
 public:
  Store(CredentialSources sources, sys::Runner& runner) : sources_(std::move(sources)), runner_(runner) {}

  std::optional<Credentials> find(const std::string& name) override {
    auto found = search(prefixes(credential_key(name)));
    if (found) {
      redactor().add(found->password);
      redactor().add(found->identity_token);
      redactor().add(found->registry_token);
    }
    return found;
  }

 private:
  std::optional<Credentials> search(const std::vector<std::string>& names) {
    std::map<std::string, Credentials> own;
    if (sources_.own)
      for (const auto& [key, credentials] : sources_.own()) own.emplace(credential_key(key), credentials);
    for (const auto& name : names) {
      if (auto found = lookup(own, name)) return found;
    }
    if (!sources_.config.empty()) {
      if (auto found = search_config(DockerConfig::parse(sources_.config, "DOCKER_AUTH_CONFIG"), names)) return found;
    }
    for (const auto& file : sources_.files) {
      std::error_code unreadable;
      if (!std::filesystem::exists(file, unreadable)) continue;
      const auto config = DockerConfig::parse(sys::read_file(file, largest_config_file), file.string());
      if (auto found = search_config(config, names)) return found;
    }
    return std::nullopt;
  }

  // What is said of a part of the registry counts more than what is said of all of it, and that more than what is said
  // of all registries.
  std::optional<Credentials> search_config(const DockerConfig& config, const std::vector<std::string>& names) {
    const auto& registry = names.back();
    for (const auto& name : names) {
      if (const auto helper = lookup(config.helpers, name)) return ask_helper(runner_, *helper, name);
      const auto auth = name == registry ? std::nullopt : lookup(config.auths, name);
      if (auth) return auth;
    }
    if (!config.store.empty()) {
      if (auto stored = ask_helper(runner_, config.store, registry)) return stored;
    }
    return lookup(config.auths, registry);
  }

  CredentialSources sources_;
  sys::Runner& runner_;
};

}  // namespace

std::unique_ptr<CredentialStore> make_credentials(CredentialSources sources, sys::Runner& runner) {
  return std::make_unique<Store>(std::move(sources), runner);
}

std::filesystem::path docker_config_directory(const sys::Environment& environment) {
  if (const auto named = environment("DOCKER_CONFIG")) return *named;
  const auto home = environment("HOME");
  return home ? std::filesystem::path(*home) / ".docker" : std::filesystem::path();
}

CredentialSources credential_sources(const sys::Environment& environment) {
  CredentialSources sources;
  sources.config = environment("DOCKER_AUTH_CONFIG").value_or("");
  if (const auto docker = docker_config_directory(environment); !docker.empty()) {
    sources.files.push_back(docker / "config.json");
  }
  const auto podmans = [&sources](const std::filesystem::path& directory) {
    sources.files.push_back(directory / "containers" / "auth.json");
  };
  if (const auto named = environment("REGISTRY_AUTH_FILE")) {
    sources.files.emplace_back(*named);
    return sources;
  }
  if (const auto runtime = environment("XDG_RUNTIME_DIR")) podmans(*runtime);
  const auto home = environment("HOME");
  if (const auto config = environment("XDG_CONFIG_HOME")) {
    podmans(*config);
  } else if (home) {
    podmans(std::filesystem::path(*home) / ".config");
  }
  return sources;
}

}  // namespace polyarch::registry
