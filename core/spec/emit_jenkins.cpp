#include <fmt/format.h>

#include "spec/emit.hpp"
#include "spec/inputs.hpp"
#include "spec/output.hpp"

namespace polyarch::spec {
namespace {

constexpr std::string_view jenkins_head = R"(polyarch: build, test and publish multi-architecture container images

    def image = polyarch image: 'registry.example/app:1', platforms: ['linux/amd64', 'linux/arm64'], push: true,
        credentials: ['registry.example': 'registry-login'], secrets: [npm: 'npm-token']
    echo image.digest

polyarch runs on the agent of the surrounding node or stage, in its checked-out workspace. polyarch.matrix runs one build on
several agents, each for its own platform; the one that ends last publishes:

    polyarch.matrix agents: ['linux/amd64': 'amd64', 'linux/arm64': 'arm64'], image: 'registry.example/app:1', push: true

JUnit results and the report are kept with the build, its description is set to what was published, and nothing stays on the
agent. docs/jenkins.md has whole pipelines.

Of the step itself

image: One tag; for several, use tags
credentials: Logins, as a map of registry to the id of a credential of the kind "username with password"
secrets: Build secrets, as a map of secret id to the id of a credential of the kind "secret text"
secretFiles: Build secrets, as a map of secret id to the id of a credential of the kind "secret file"
reportDir: Name of the report's directory among the artifacts; default: polyarch-report
engine: Path of the engine; default: POLYARCH_ENGINE, else polyarch on the PATH
agents: Of polyarch.matrix: a map of platform, or platforms with commas, to the label of an agent
source: Of polyarch.matrix: a closure that gets the sources on each agent; default: { checkout scm }

Of the engine

Names are written in camel case (buildArgs) or quoted ('build-args'); a list is a Groovy list or text of several lines.

)";

}  // namespace

std::string emit_jenkins() {
  std::string out(jenkins_head);
  std::string secrets =
      "\nSecrets, when credentials and secrets above do not suit: variables to bind with withCredentials\n\n";
  for (const auto& option : ci_inputs()) {
    if (option.name == "report-dir") continue;  // the step's own
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
