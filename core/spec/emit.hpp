#pragma once
#include <span>
#include <string>
#include <string_view>

namespace polyarch::spec {

// Files that are made from the declaration of options. Pure.
std::string emit_github();           // the action's action.yml
std::string emit_github_workflow();  // the reusable workflow: a job for each platform
std::string emit_gitlab();           // the CI/CD component
std::string emit_jenkins();          // the help of the shared library's step
std::string emit_jenkins_engine();   // how that step gets an engine
std::string emit_markdown();         // the reference of commands, variables and exit codes

struct GeneratedFile {
  std::string_view name;  // as in `polyarch spec --emit=NAME`
  std::string_view path;  // where it stands in the repository
  std::string (*text)();
};
std::span<const GeneratedFile> generated_files();

// Throws Error{usage} on an unknown name.
std::string emit(std::string_view name);

}  // namespace polyarch::spec
