#include "spec/cache.hpp"

namespace polyarch::spec {
namespace {

using O = CacheOptions;
Field<O> ref_field() {
  return {"ref",
          &O::ref,
          "Where the snapshot lies; the key may hold {branch}, {platform} and {hash:GLOB}",
          {.value = "REPOSITORY:KEY", .required = true}};
}

}  // namespace

const Command<CacheOptions>& cache_save_command() {
  static const Command<CacheOptions> command{
      "cache save", "Save directories as a snapshot in a registry",
      "What the last snapshot of the key has is neither compressed nor sent again; files that were restored here and "
      "not\n"
      "touched since are not even read. The tag moves last: a save that dies leaves the last snapshot whole, and a "
      "tree\n"
      "without files never replaces one. --fallback names snapshots to go on from when the key has none yet.",
      "polyarch cache save --ref registry.example/cache:go-{platform}-{hash:**/go.sum} .cache/go-build\n"
      "polyarch cache save --ref registry.example/cache:root --directory / root/.cache",
      with_registry<O>(
          {{"path",
            &O::paths,
            "Directory or file to keep, relative to --directory",
            {.value = "PATH", .positional = true, .required = true}},
           ref_field(),
           {"fallback",
            &O::fallbacks,
            "Snapshot to go on from when the key has none, of the same repository; the first that is there counts",
            {.value = "REPOSITORY:KEY"}},
           {"directory", &O::directory, "Directory that the paths are relative to", {.value = "DIR"}},
           {"level", &O::level, "Level of zstd, from 1 (fast) to 19 (small)", {.value = "LEVEL"}}})};
  return command;
}

const Command<CacheOptions>& cache_restore_command() {
  static const Command<CacheOptions> command{
      "cache restore", "Restore the directories of a snapshot",
      "Files that stand there give way to those of the snapshot; others stay. Nothing is written outside --directory. "
      "A\n"
      "snapshot that is missing or broken gives way to the next --fallback; when none is left, nothing is done, and\n"
      "only --required makes that a failure.",
      "polyarch cache restore --ref registry.example/cache:go-{platform}-{hash:**/go.sum} \\\n"
      "  --fallback registry.example/cache:go-{platform}-main",
      with_registry<O>({ref_field(),
                        {"fallback",
                         &O::fallbacks,
                         "Snapshot to take when the key has none that is whole; the first that is there counts",
                         {.value = "REPOSITORY:KEY"}},
                        {"directory", &O::directory, "Directory to restore into", {.value = "DIR"}},
                        {"required", &O::required, "Fail when there is no snapshot"}})};
  return command;
}

const Command<CacheOptions>& cache_inspect_command() {
  static const Command<CacheOptions> command{"cache inspect", "Show what a snapshot holds", "",
                                             "polyarch cache inspect --ref registry.example/cache:go-linux-amd64-main",
                                             with_registry<O>({ref_field()})};
  return command;
}

const Command<CacheOptions>& cache_list_command() {
  static const Command<CacheOptions> command{
      "cache ls", "List the snapshots of a repository", "", "polyarch cache ls registry.example/cache",
      with_registry<O>({{"repository",
                         &O::ref,
                         "Repository to list",
                         {.value = "REPOSITORY", .positional = true, .required = true}}})};
  return command;
}

const Command<CachePruneOptions>& cache_prune_command() {
  using P = CachePruneOptions;
  static const Command<CachePruneOptions> command{
      "cache prune", "Delete old snapshots, and nothing that another tag needs",
      "A snapshot goes when its newest file is older than --older-than, or when it and all newer ones are more than\n"
      "--max-size, each blob counted once; the newest --keep stay. Tags of anything else are left alone. The registry\n"
      "frees the space with its own garbage collection. Prints what would go, and deletes with --yes alone.",
      "polyarch cache prune --older-than 30d registry.example/cache\n"
      "polyarch cache prune --max-size 10G --match 'mount-*' --yes registry.example/app",
      with_registry<P>(
          {{"repository",
            &P::repository,
            "Repository to look at",
            {.value = "REPOSITORY", .positional = true, .required = true}},
           {"keep", &P::keep, "How many of the newest snapshots that match stay", {.value = "N"}},
           {"older-than", &P::older_than, "Age from which a snapshot goes: 12h, 30d, 8w", {.value = "AGE"}},
           {"max-size", &P::max_size, "What all may take up; K, M and G are powers of 1024", {.value = "SIZE"}},
           {"match", &P::match, "Tags that may go, a pattern with * and ?; without it, all", {.value = "PATTERN"}},
           {"yes", &P::yes, "Delete"}})};
  return command;
}

const Command<MountWorkOptions>& mount_work_command() {
  using M = MountWorkOptions;
  static const Command<MountWorkOptions> command{
      "cache mounts",
      "Restore or save the cache mounts of a build, from inside of its builder",
      "",
      "",
      {{"work", &M::work, "What to do", {.positional = true, .required = true, .choices = {"look", "restore", "save"}}},
       {"mounts", &M::mounts, "Directory of the mounts 0, 1, …", {.value = "DIR"}},
       {"in", &M::in, "Directory of what is given", {.value = "DIR"}},
       {"out", &M::out, "Directory for what is found", {.value = "DIR", .required = true}}},
      /*hidden=*/true};
  return command;
}

}  // namespace polyarch::spec
