#include "spec/publish.hpp"

namespace polyarch::spec {

const Command<PublishOptions>& publish_command() {
  using O = PublishOptions;
  static const Command<PublishOptions> command{
      "publish",
      "Join images of single platforms into one multi-platform image, and move tags to it",
      "The sources may be images or indexes; attestations travel with their platform.\n"
      "The same sources always give the same digest. Tags move last, so a tag never points at half an image.",
      "polyarch publish -t registry.example/app:1 registry.example/app@sha256:… registry.example/app@sha256:…\n"
      "polyarch publish -t registry.example/app:stable registry.example/app:1",
      {{"source",
        &O::sources,
        "Image to take platforms from, by tag or digest",
        {.value = "SOURCE", .positional = true, .required = true}},
       {"tag",
        &O::tags,
        "Name that the joined image gets",
        {.value = "REF", .input = "tags", .letter = 't', .comma = true, .required = true}},
       {"annotation",
        &O::annotations,
        "Annotation to set on the index",
        {.value = "KEY=VALUE", .input = "annotations", .group = Group::image}},
       {"dry-run", &O::dry_run, "Show the index that would be published, and change nothing"},
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
