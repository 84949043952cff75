#include "spec/inspect.hpp"

namespace polyarch::spec {

const Command<InspectOptions>& inspect_command() {
  using O = InspectOptions;
  static const Command<InspectOptions> command{
      "inspect",
      "Show the platforms of an image in a registry, with digests, sizes and attestations",
      "",
      "polyarch inspect registry.example/app:1\npolyarch inspect --raw registry.example/app@sha256:…",
      {{"reference",
        &O::reference,
        "Image to look at, by tag or digest",
        {.value = "REFERENCE", .positional = true, .required = true}},
       {"raw", &O::raw, "Print the manifest byte by byte as the registry has it"},
       {"sizes", &O::sizes, "Show the layers of each platform, which of them are shared, and where the sizes differ"},
       {"insecure-registry",
        &O::insecure_registries,
        "Registry that may be spoken to without TLS",
        {.value = "HOST[:PORT]", .input = "insecure-registries", .comma = true, .group = Group::registry}},
       {"registry-auth",
        &O::registry_auths,
        "Credentials for registries, one HOST=USER:PASSWORD a line; Docker's own are used too",
        {.value = "HOST=USER:PASSWORD", .secret = true, .group = Group::registry}},
       {"format", &O::format, "How the result is printed", {.group = Group::output, .choices = {"table", "json"}}}}};
  return command;
}

}  // namespace polyarch::spec
