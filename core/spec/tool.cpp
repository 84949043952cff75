#include "spec/tool.hpp"

namespace polyarch::spec {

const Command<EmitOptions>& spec_command() {
  static const Command<EmitOptions> command{
      "spec",
      "Print the files that are generated from the declaration of options",
      "",
      "polyarch spec --emit=github > action.yml",
      {{"emit",
        &EmitOptions::emit,
        "Which one: the GitHub action, its reusable workflow, the GitLab component, the help of the Jenkins step, or "
        "the reference",
        {.choices = {"github", "github-workflow", "gitlab", "jenkins", "jenkins-engine", "markdown"}}}}};
  return command;
}

const Command<CompletionOptions>& completion_command() {
  static const Command<CompletionOptions> command{
      "completion",
      "Print the script that completes polyarch's commands and options in a shell",
      "",
      "source <(polyarch completion bash)\n"
      "polyarch completion fish > ~/.config/fish/completions/polyarch.fish",
      {{"shell",
        &CompletionOptions::shell,
        "Shell to print it for",
        {.value = "SHELL", .positional = true, .required = true, .choices = {"bash", "zsh", "fish"}, .ci = false}}}};
  return command;
}

const Command<VersionOptions>& version_command() {
  static const Command<VersionOptions> command{
      "version",
      "Print the version of the engine",
      "",
      "polyarch version --format json",
      {{"format", &VersionOptions::format, "How it is printed", {.choices = {"table", "json"}}}}};
  return command;
}

const Command<GlobalOptions>& global_options() {
  using O = GlobalOptions;
  static const Command<GlobalOptions> command{
      "",
      "",
      "",
      "",
      {{"verbose", &O::verbose, "Say more: requests, commands and decisions", {.letter = 'v', .group = Group::other}},
       {"quiet", &O::quiet, "Say nothing but errors and the result", {.letter = 'q', .group = Group::other}},
       {"no-color",
        &O::no_color,
        "Use no colours; the variable NO_COLOR does the same",
        {.group = Group::other, .ci = false}}}};
  return command;
}

}  // namespace polyarch::spec
