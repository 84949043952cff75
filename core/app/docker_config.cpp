#include "app/docker_config.hpp"

#include <filesystem>

#include "app/credential_answer.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

namespace polyarch::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* hub_key = "https://index.docker.io/v1/";

Json user_config(const fs::path& path) {
  if (!fs::exists(path)) return Json::object();
  const auto text = sys::read_file(path, 1U << 20);
  if (text::trim(text).empty()) return Json::object();
  auto config = parse_json(text, path.string());
  return config.is_object() ? config : Json::object();
}

}  // namespace

DockerConfig::DockerConfig(const std::map<std::string, registry::Credentials>& credentials, Context& context) {
  if (credentials.empty()) return;
  const auto users = registry::docker_config_directory(context.environment);
  auto config = user_config(users / "config.json");
  std::map<std::string, registry::Credentials> logins;
  for (const auto& [host, login] : credentials) {
    const std::string server = host == "docker.io" ? hub_key : host;
    logins[server] = login;
    config["credHelpers"][server] = helper_name;
  }
  directory_ = std::make_unique<sys::TemporaryDirectory>("polyarch-docker-");
  sys::write_file(directory_->path() / "config.json", config.dump(), 0600);
  fs::create_symlink(fs::read_symlink("/proc/self/exe"), directory_->path() / helper_program);
  // Also where they are not yet there: a builder that is made during the run may need a context.
  for (const char* shared : {"cli-plugins", "contexts"}) {
    fs::create_directory_symlink(fs::absolute(users / shared), directory_->path() / shared);
  }
  environment_[std::string(helper_variable)] = helper_answers(logins);
  environment_["PATH"] = directory_->path().string() + ":" + context.environment("PATH").value_or("/usr/bin:/bin");
  environment_["DOCKER_CONFIG"] = directory_->path().string();
  environment_["BUILDX_CONFIG"] =
      context.environment("BUILDX_CONFIG").value_or((fs::absolute(users) / "buildx").string());
}

}  // namespace polyarch::app
