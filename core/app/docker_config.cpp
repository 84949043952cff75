#include "app/docker_config.hpp"

#include <filesystem>

#include "base/json.hpp"
#include "base/text.hpp"

namespace polyarch::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* hub_key = "https://index.docker.io/v1/";

Json user_config(const fs::path& path) {
  if (!fs::exists(path)) return Json::object();
  auto config = parse_json(sys::read_file(path, 1U << 20), path.string());
  return config.is_object() ? config : Json::object();
}

}  // namespace

DockerConfig::DockerConfig(const std::map<std::string, registry::Credentials>& credentials, Context& context) {
  if (credentials.empty()) return;
  const auto users = registry::docker_config_directory(context.environment);
  auto config = user_config(users / "config.json");
  for (const auto& [host, login] : credentials) {
    const auto* key = host == "docker.io" ? hub_key : host.c_str();
    config["auths"][key] = {{"auth", text::base64_encode(login.username + ":" + login.password)}};
    if (config.contains("credHelpers")) config["credHelpers"].erase(key);
  }
  config.erase("credsStore");  // it would be asked instead of what stands here
  directory_ = std::make_unique<sys::TemporaryDirectory>("polyarch-docker-");
  sys::write_file(directory_->path() / "config.json", config.dump(), 0600);
  for (const char* shared : {"cli-plugins", "contexts"}) {
    std::error_code missing;
    if (fs::exists(users / shared))
      fs::create_directory_symlink(fs::absolute(users / shared), directory_->path() / shared, missing);
  }
  environment_["DOCKER_CONFIG"] = directory_->path().string();
  environment_["BUILDX_CONFIG"] =
      context.environment("BUILDX_CONFIG").value_or((fs::absolute(users) / "buildx").string());
}

}  // namespace polyarch::app
