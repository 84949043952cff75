#include <fmt/format.h>

#include "spec/emit.hpp"
#include "spec/inputs.hpp"
#include "spec/output.hpp"

namespace polyarch::spec {
namespace {

constexpr std::string_view jenkins_head = R"(polyarch: build, test and publish multi-architecture container images

    def image = polyarch platforms: ['linux/amd64', 'linux/arm64'], tags: ['registry.example/app:1'], push: true
    echo image.digest

Inputs are written in camel case (buildArgs) or quoted ('build-args'); a list is a Groovy list or text of several lines.
Secrets are no inputs: bind them with withCredentials, to the variables that are named below.

)";

}  // namespace

std::string emit_jenkins() {
  std::string out(jenkins_head);
  std::string secrets = "\nSecrets\n\n";
  for (const auto& option : ci_inputs()) {
    if (option.more.secret) {
      secrets += fmt::format("{}: {}\n", option.variables().back(), sentence(option));
    } else {
      out += fmt::format("{}: {}\n", option.input(), sentence(option));
    }
  }
  out += secrets + "\nWhat it returns\n\n";
  for (const auto& output : outputs()) out += fmt::format("{}: {}\n", output.name, output.help);
  return out;
}

}  // namespace polyarch::spec
