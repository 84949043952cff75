#include <cstdint>
#include <string_view>

#include "base/error.hpp"
#include "registry/credential_helper.hpp"
#include "registry/docker_config.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view json(reinterpret_cast<const char*>(data), size);
  polyarch::registry::credential_key(json);
  try {
    polyarch::registry::DockerConfig::parse(json, "config.json");
    polyarch::registry::parse_helper_answer(json, "docker-credential-x");
  } catch (const polyarch::Error&) {
    // refused, as it should be
  }
  return 0;
}
