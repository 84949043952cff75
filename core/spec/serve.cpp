#include "spec/serve.hpp"

namespace polyarch::spec {

const Command<ServeOptions>& registry_serve_command() {
  using O = ServeOptions;
  static const Command<ServeOptions> command{
      "registry serve",
      "Run an OCI registry, for laptops, tests and CI jobs",
      "Serves plain HTTP without logins until it is interrupted: keep it on the loopback address.",
      "polyarch registry serve --dir /var/lib/registry\npolyarch registry serve --listen 127.0.0.1:0",
      {{"listen", &O::listen, "Address and port to listen on; port 0 takes any free one", {.value = "ADDRESS:PORT"}},
       {"dir",
        &O::directory,
        "Directory that keeps the images; without it, they are gone at the end",
        {.value = "DIR"}}}};
  return command;
}

}  // namespace polyarch::spec
