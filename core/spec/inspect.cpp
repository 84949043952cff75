#include "spec/inspect.hpp"

namespace polyarch::spec {

const Command<InspectOptions>& inspect_command() {
  using O = InspectOptions;
  static const Command<InspectOptions> command{
      "inspect", "Show the platforms of an image, with digests, sizes and attestations", "",
      "polyarch inspect registry.example/app:1\npolyarch inspect --raw registry.example/app@sha256:…",
      with_registry<O>({{"reference",
                         &O::reference,
                         "Image to look at: a tag, a digest, or an OCI layout (oci:DIR, oci:DIR:NAME or ./DIR)",
                         {.value = "REFERENCE", .positional = true, .required = true}},
                        {"raw", &O::raw, "Print the manifest byte by byte as it is"},
                        {"sizes", &O::sizes,
                         "Show the layers of each platform, which of them are shared, and where the sizes differ"}})};
  return command;
}

}  // namespace polyarch::spec
