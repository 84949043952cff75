#include "spec/publish.hpp"

namespace polyarch::spec {

const Command<PublishOptions>& publish_command() {
  using O = PublishOptions;
  static const Command<PublishOptions> command{
      "publish", "Join images of single platforms into one multi-platform image, and move tags to it",
      "The sources may be images or indexes, in any registry or in an OCI layout; what is missing where the tags are\n"
      "is copied there, with attestations and referrers. One index and nothing to change keeps its digest;\n"
      "else an index within an index gives its images to the one that is made.\n"
      "The same sources always give the same digest. Tags move last, so a tag never points at half an image.",
      "polyarch publish -t registry.example/app:1 registry.example/app@sha256:… registry.example/app@sha256:…\n"
      "polyarch publish -t registry.example/app:stable registry.example/app:1\n"
      "polyarch publish -t registry.example/app:1 --append --remove linux/arm64 oci:build/arm64\n"
      "polyarch publish --run-id 4711 --wait 30 registry.example/app",
      with_registry<O>(
          {{"source",
            &O::sources,
            "Image to take platforms from: a tag, a digest, or an OCI layout (oci:DIR, oci:DIR:NAME or ./DIR)",
            {.value = "SOURCE", .positional = true}},
           {"tag",
            &O::tags,
            "Name that the joined image gets",
            {.value = "REF", .input = "tags", .letter = 't', .comma = true}},
           {"annotation",
            &O::annotations,
            "Annotation to set, [LEVEL:]KEY=VALUE with the level index, manifest (the default) or manifest-descriptor",
            {.value = "[LEVEL:]KEY=VALUE", .input = "annotations", .group = Group::image}},
           {"append", &O::append,
            "Start from what the first tag names now; a platform that it has already is refused unless it is removed, "
            "and so is a further tag that would lose one"},
           {"remove",
            &O::remove,
            "Platform to leave out of what the first tag names now",
            {.value = "PLATFORM", .comma = true}},
           {"platform-tags", &O::platform_tags, "Tag each platform's image, too: v1.0-amd64, v1.0-arm-v7, …"},
           {"media-type",
            &O::media_type,
            "Type of the index; the images stay as they are",
            {.group = Group::image, .choices = {"oci", "docker"}}},
           {"run-id",
            &O::run_id,
            "Publish what the jobs of this run recorded (build --only); SOURCE is then the repository they pushed to",
            {.value = "ID"}},
           {"wait", &O::wait, "Minutes to wait for legs of the run that are not there yet", {.value = "MINUTES"}},
           {"dry-run", &O::dry_run, "Show the index that would be published, and change nothing"}})};
  return command;
}

}  // namespace polyarch::spec
