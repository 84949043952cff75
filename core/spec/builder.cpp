#include "spec/builder.hpp"

namespace polyarch::spec {
namespace {

using O = BuilderOptions;

Field<O> name(std::string_view help, bool required = false) {
  return {"name", &O::name, help, {.value = "NAME", .positional = true, .required = required}};
}

Field<O> format() {
  return {"format", &O::format, "How the result is printed", {.group = Group::output, .choices = {"table", "json"}}};
}

}  // namespace

const Command<BuilderOptions>& builder_create_command() {
  static const Command<BuilderOptions> command{
      "builder create",
      "Create a BuildKit builder, and wait until it answers",
      "A builder of that name that we made earlier is used again. On failure nothing is left behind.",
      "polyarch builder create ci --driver-opt network=host\n"
      "polyarch builder create arm --driver remote tcp://10.0.0.7:1234",
      {name("Name of the builder, without our prefix `polyarch-`; without one, a unique name is made"),
       {"endpoint",
        &O::endpoint,
        "Address of the BuildKit daemon, for the remote driver",
        {.value = "ENDPOINT", .positional = true}},
       {"driver",
        &O::driver,
        "Kind of builder: a container that we start, or a daemon that runs already",
        {.choices = {"docker-container", "remote"}}},
       {"driver-opt",
        &O::driver_options,
        "Option of the driver, such as image=IMAGE or network=host",
        {.value = "KEY=VALUE", .input = "driver-opts"}},
       {"buildkitd-config", &O::buildkitd_config, "Configuration file of the BuildKit daemon", {.value = "FILE"}},
       {"buildkitd-flags", &O::buildkitd_flags, "Flag of the BuildKit daemon, such as --debug", {.value = "FLAG"}},
       {"platform",
        &O::platforms,
        "Platforms to use this builder for; without any, those that it says it runs",
        {.value = "PLATFORM", .input = "platforms", .comma = true}},
       format()}};
  return command;
}

const Command<BuilderOptions>& builder_inspect_command() {
  static const Command<BuilderOptions> command{
      "builder inspect",
      "Start a builder and show its nodes, their BuildKit and their platforms",
      "",
      "polyarch builder inspect\npolyarch builder inspect ci --format json",
      {name("Name of the builder; without one, the builder in use"), format()}};
  return command;
}

const Command<BuilderOptions>& builder_remove_command() {
  static const Command<BuilderOptions> command{
      "builder remove",
      "Remove a builder that we made, with its cache",
      "Builders that were made by others are refused. A builder that does not exist is success.",
      "polyarch builder remove ci",
      {name("Name of the builder", true),
       {"keep-state", &O::keep_state, "Leave its cache, for a builder of the same name later"}}};
  return command;
}

}  // namespace polyarch::spec
