#include "spec/emit.hpp"

#include <array>
#include <fmt/format.h>

#include "base/error.hpp"

namespace polyarch::spec {

std::span<const GeneratedFile> generated_files() {
  static constexpr std::array files{
      GeneratedFile{"github", "action.yml", emit_github},
      GeneratedFile{"github-workflow", ".github/workflows/image.yml", emit_github_workflow},
      GeneratedFile{"gitlab", "ci/gitlab/polyarch.yml", emit_gitlab},
      GeneratedFile{"jenkins", "ci/jenkins/vars/polyarch.txt", emit_jenkins},
      GeneratedFile{"jenkins-engine", "ci/jenkins/resources/polyarch/engine.sh", emit_jenkins_engine},
      GeneratedFile{"markdown", "docs/reference.md", emit_markdown},
  };
  return files;
}

std::string emit(std::string_view name) {
  for (const auto& file : generated_files()) {
    if (file.name == name) return file.text();
  }
  throw Error(ErrorKind::usage, fmt::format("there is no generated file named '{}'", name), "see polyarch spec --help");
}

}  // namespace polyarch::spec
