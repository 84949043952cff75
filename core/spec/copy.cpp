#include "spec/copy.hpp"

namespace polyarch::spec {

const Command<CopyOptions>& copy_command() {
  using O = CopyOptions;
  static const Command<CopyOptions> command{
      "copy", "Copy images to another repository, with all platforms, attestations and referrers",
      "The digests stay what they are. Within a registry blobs are mounted; between two they stream from the one to "
      "the\n"
      "other, and nothing is kept on disk. Tags move last. A DST without a tag takes over the tags of the sources.",
      "polyarch copy registry.example/app:1 mirror.example/app:1\n"
      "polyarch copy registry.example/app:1 registry.example/app:2 mirror.example/app\n"
      "polyarch copy oci:build/image registry.example/app:1",
      with_registry<O>({{"image",
                         &O::images,
                         "What to copy (a tag, a digest, or an OCI layout: oci:DIR, oci:DIR:NAME or ./DIR), and last "
                         "of all where to",
                         {.value = "SRC… DST", .positional = true, .required = true}},
                        {"platform", &O::platform, "Copy the image of this platform alone", {.value = "PLATFORM"}}})};
  return command;
}

}  // namespace polyarch::spec
