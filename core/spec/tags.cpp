#include "spec/tags.hpp"

namespace polyarch::spec {
namespace {

using O = TagsOptions;

Field<O> repository() {
  return {"repository",
          &O::repository,
          "Repository to look at",
          {.value = "REPOSITORY", .positional = true, .required = true}};
}

Field<O> match(std::string_view help) {
  return {"match", &O::match, help, {.value = "PATTERN"}};
}

}  // namespace

const Command<TagsOptions>& tags_ls_command() {
  static const Command<TagsOptions> command{
      "tags ls", "List the tags of a repository: names first, then versions, the newest last", "",
      "polyarch tags ls registry.example/app\npolyarch tags ls --match 'v2.*' registry.example/app",
      with_registry<O>({repository(), match("Tags to list, a pattern with * and ?; without it, all")})};
  return command;
}

const Command<TagsOptions>& tags_prune_command() {
  static const Command<TagsOptions> command{
      "tags prune", "Delete old tags with their images, and nothing that another tag needs",
      "A tag goes when it matches, is not among the newest --keep of those that match, and is older than "
      "--older-than.\n"
      "What a tag that stays needs is never deleted: its platforms, their attestations and referrers. A tag whose age\n"
      "cannot be told stays. What is pinned by its digest alone, under no tag, cannot be seen and is not protected.\n"
      "What the engine keeps beside the images is not counted and stays: layer caches, and snapshots, which polyarch\n"
      "cache prune deletes. Records of runs that nobody finished go by --older-than.\n"
      "Prints what would go, and deletes with --yes alone.",
      "polyarch tags prune --keep 10 registry.example/app\n"
      "polyarch tags prune --match 'pr-*' --older-than 14d --yes registry.example/app",
      with_registry<O>(
          {repository(),
           {"keep", &O::keep, "How many of the newest tags that match stay", {.value = "N"}},
           {"older-than", &O::older_than, "Age that a tag must have to go: 12h, 30d, 8w", {.value = "AGE"}},
           match("Tags that may go, a pattern with * and ?; without it, all"),
           {"yes", &O::yes, "Delete"}})};
  return command;
}

}  // namespace polyarch::spec
