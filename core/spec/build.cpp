#include "spec/build.hpp"

namespace polyarch::spec {
namespace {

using O = BuildOptions;
using Fields = std::vector<Field<O>>;

Fields main_fields() {
  return {
      {"context",
       &O::context,
       "Directory, Git URL or archive URL that is built; `-` reads a Dockerfile from standard input",
       {.value = "CONTEXT", .positional = true}},
      {"platform",
       &O::platforms,
       "Platforms to build, such as linux/amd64,linux/arm64; without it, the one of this machine",
       {.value = "PLATFORM", .input = "platforms", .comma = true}},
      {"tag",
       &O::tags,
       "Name that the finished image gets, `registry/repository:tag`",
       {.value = "REF", .input = "tags", .letter = 't', .comma = true}},
      {"image",
       &O::images,
       "Repository that --tag-rule makes tags in, `registry/repository`",
       {.value = "REPOSITORY", .input = "images"}},
      {"tag-rule",
       &O::tag_rules,
       "Rule that makes tags of what the CI builds, such as `type=semver,pattern={{version}}`",
       {.value = "RULE", .input = "tag-rules"}},
      {"flavor",
       &O::flavors,
       "What holds for the tags of all rules, such as latest=false or prefix=TEXT",
       {.value = "FLAVOR"}},
      {"file",
       &O::file,
       "Path of the Dockerfile; without it, `Dockerfile` in the context",
       {.value = "PATH", .letter = 'f'}},
      {"push", &O::push, "Publish the image under its tags once every required platform is built and tested"},
      {"load", &O::load, "Put the image into the local Docker Engine"},
      {"only",
       &O::only,
       "Platforms that this job builds of those in --platform; the job that completes the run publishes",
       {.value = "PLATFORM", .comma = true}},
      {"run-id",
       &O::run_id,
       "Name of the run, the same in all its jobs; without it, the pipeline run of the CI",
       {.value = "ID"}},
      {"runner",
       &O::runners,
       "Labels of the CI machine that builds a platform, for the output `matrix`",
       {.value = "PLATFORM=LABEL[,LABEL…]", .input = "runners", .ci = false}},
      {"dry-run", &O::dry_run, "Show what would be done, and change nothing"},
  };
}

Fields image_fields() {
  const auto image = Group::image;
  return {
      {"target",
       &O::target,
       "Stage of the Dockerfile to build; without it, the last one",
       {.value = "STAGE", .group = image}},
      {"label",
       &O::labels,
       "Label to set in the image config",
       {.value = "KEY=VALUE", .input = "labels", .group = image}},
      {"annotation",
       &O::annotations,
       "Annotation to set on the published manifests; the prefix `index:` or `manifest:` says on which",
       {.value = "[LEVEL:]KEY=VALUE", .input = "annotations", .group = image}},
      {"provenance",
       &O::provenance,
       "Provenance attestation that says how the image was built: `true`, `false` or `mode=max`",
       {.value = "MODE", .group = image}},
      {"sbom",
       &O::sbom,
       "Attestation that lists the software in the image: `true`, `false` or `generator=IMAGE`",
       {.value = "MODE", .group = image}},
      {"attest",
       &O::attests,
       "Attestation in BuildKit's own words, such as `type=sbom,generator=IMAGE`",
       {.value = "TYPE", .input = "attests", .group = image}},
  };
}

Fields input_fields() {
  const auto inputs = Group::inputs;
  return {
      {"build-arg",
       &O::build_args,
       "Value of an ARG; `linux/arm64:KEY=VALUE` sets it for that platform alone",
       {.value = "[PLATFORM:]KEY=VALUE", .input = "build-args", .group = inputs}},
      {"build-context",
       &O::build_contexts,
       "Further context that FROM and COPY --from can name",
       {.value = "NAME=PATH", .input = "build-contexts", .group = inputs}},
      {"secret",
       &O::secrets,
       "Secret for RUN --mount=type=secret, read from a variable or a file and never stored in the image",
       {.value = "id=ID[,env=NAME|,src=FILE]", .group = inputs, .ci = false}},
      {"secret-env",
       &O::secret_envs,
       "Secret for RUN --mount=type=secret whose value is an environment variable",
       {.value = "ID=NAME", .input = "secret-envs", .comma = true, .group = inputs}},
      {"secret-file",
       &O::secret_files,
       "Secret for RUN --mount=type=secret whose value is a file",
       {.value = "ID=FILE", .input = "secret-files", .group = inputs}},
      {"secret-value",
       &O::secret_values,
       "Secrets for RUN --mount=type=secret, one ID=VALUE a line",
       {.value = "ID=VALUE", .input = "secrets", .secret = true, .group = inputs}},
      {"git-token",
       &O::git_token,
       "Token that BuildKit fetches a private Git context with",
       {.value = "TOKEN", .input = "github-token", .secret = true, .group = inputs}},
      {"ssh",
       &O::ssh,
       "SSH agent or key for RUN --mount=type=ssh",
       {.value = "default|ID=PATH[,PATH]", .paths = true, .group = inputs}},
      {"network",
       &O::network,
       "Network of RUN instructions: `default`, `none` or `host`",
       {.value = "MODE", .group = inputs}},
      {"add-host",
       &O::add_hosts,
       "Host name to know in RUN instructions",
       {.value = "HOST:IP", .input = "add-hosts", .comma = true, .group = inputs}},
      {"shm-size",
       &O::shm_size,
       "Size of /dev/shm in RUN instructions, such as 128m",
       {.value = "SIZE", .group = inputs}},
      {"ulimit",
       &O::ulimits,
       "Resource limit of RUN instructions, such as nofile=1024:1024",
       {.value = "NAME=SOFT[:HARD]", .comma = true, .group = inputs}},
      {"cgroup-parent",
       &O::cgroup_parent,
       "Parent control group of RUN instructions",
       {.value = "PATH", .group = inputs}},
      {"allow",
       &O::allow,
       "Privilege that the build may use, such as network.host or security.insecure",
       {.value = "ENTITLEMENT", .comma = true, .group = inputs}},
      {"call",
       &O::call,
       "What to ask of the Dockerfile instead of building it: `check`, `outline` or `targets`",
       {.value = "METHOD", .group = inputs}},
  };
}

Fields cache_fields() {
  const auto caching = Group::caching;
  return {
      {"cache",
       &O::cache,
       "Layer cache in the registry: `auto` keeps it beside the image, `off` keeps none, a repository keeps it there",
       {.value = "auto|off|REPOSITORY", .group = caching}},
      {"cache-from",
       &O::cache_from,
       "Further cache to read, in BuildKit's words, such as `type=registry,ref=REF`",
       {.value = "CACHE", .group = caching}},
      {"cache-to",
       &O::cache_to,
       "Further cache to write, in BuildKit's words; add ignore-error=true when its loss shall not fail the build",
       {.value = "CACHE", .group = caching}},
      {"cache-mounts",
       &O::cache_mounts,
       "Cache mounts of RUN steps to keep in the registry between runs: `auto` (the default) keeps all where the layer "
       "cache goes, `off` none, an id that one",
       {.value = "auto|off|ID", .comma = true, .group = caching}},
      {"no-cache", &O::no_cache, "Run every step anew", {.group = caching}},
      {"no-cache-filter",
       &O::no_cache_filters,
       "Stage whose steps run anew",
       {.value = "STAGE", .input = "no-cache-filters", .comma = true, .group = caching}},
      {"pull", &O::pull, "Ask the registry for newer base images even when some are here", {.group = caching}},
  };
}

Fields test_fields() {
  const auto testing = Group::testing;
  return {
      {"test",
       &O::tests,
       "Command that must succeed in the built image of every platform before anything is published",
       {.value = "[PLATFORM:]COMMAND", .input = "tests", .group = testing}},
      {"test-target",
       &O::test_targets,
       "Stage of the Dockerfile that must build on every platform before anything is published",
       {.value = "[PLATFORM:]STAGE", .input = "test-targets", .group = testing}},
      {"optional-platform",
       &O::optional_platforms,
       "Platforms that may fail: they are then left out of the image, and the report says so",
       {.value = "PLATFORM", .comma = true, .group = testing}},
  };
}

Fields builder_fields() {
  const auto builder = Group::builder;
  return {
      {"builder",
       &O::builders,
       "Builder to use, by name or address (tcp://…, unix://…); `linux/arm64:NAME` sends one platform to it",
       {.value = "[PLATFORM:]NAME|ADDRESS", .group = builder}},
      {"driver",
       &O::driver,
       "Kind of builder: `auto` takes the current one when it can do the job, else makes one of the kind "
       "docker-container; `remote` is one that --builder gives the address of",
       {.group = builder, .choices = {"auto", "docker-container", "docker", "remote"}}},
      {"driver-opt",
       &O::driver_options,
       "Option of the builder's driver, such as image=IMAGE or network=host",
       {.value = "KEY=VALUE", .input = "driver-opts", .group = builder}},
      {"buildkitd-config",
       &O::buildkitd_config,
       "Configuration file of the BuildKit daemon",
       {.value = "FILE", .group = builder}},
      {"buildkitd-config-inline",
       &O::buildkitd_config_inline,
       "Configuration of the BuildKit daemon, as TOML",
       {.value = "TOML", .group = builder}},
      {"buildkitd-flags",
       &O::buildkitd_flags,
       "Flag of the BuildKit daemon, such as --debug",
       {.value = "FLAG", .group = builder}},
      {"keep-builder",
       &O::keep_builder,
       "Leave our builder running at the end, so that the next run starts warm",
       {.input = "keep-state", .group = builder}},
      {"builders-file",
       &O::builders_file,
       "File for the names of the builders that this run makes, to remove them by should it be killed",
       {.value = "FILE", .group = builder, .ci = false}},
      {"isolate",
       &O::isolate,
       "Build every platform on its own, so that one that fails does not cancel the others",
       {.group = builder}},
      {"qemu",
       &O::qemu,
       "Emulation: `auto` registers what is missing and proves that it works, `off` leaves the kernel alone",
       {.group = builder, .choices = {"auto", "off"}}},
      {"qemu-image",
       &O::qemu_image,
       "Image to take QEMU from when this machine has none",
       {.value = "REF", .group = builder}},
  };
}

Fields pushing_fields() {
  const auto registry = Group::registry;
  Fields out{{"push-with",
              &O::push_with,
              "Who pushes: the builder, or the engine, which survives rate limits and expired tokens",
              {.group = registry, .choices = {"auto", "builder", "engine"}}}};
  const auto reaching = registry_fields<O>();
  out.insert(out.end(), reaching.begin(), reaching.end());
  out.insert(out.end(), {{"registry",
                          &O::registry,
                          "Registry that --username and the password are for; without it, Docker Hub",
                          {.value = "HOST", .group = registry}},
                         {"username", &O::username, "Name to log in with", {.value = "USER", .group = registry}},
                         {"password",
                          &O::password,
                          "Password or token of --username",
                          {.value = "PASSWORD", .secret = true, .group = registry}}});
  return out;
}

Fields output_fields() {
  const auto output = Group::output;
  return {
      {"output",
       &O::outputs,
       "Where else the result goes, in BuildKit's words, such as `type=local,dest=DIR`",
       {.value = "OUTPUT", .input = "outputs", .letter = 'o', .group = output}},
      {"progress",
       &O::progress,
       "How progress is shown: live lanes on a terminal, calm lines, or JSON lines",
       {.group = output, .choices = {"auto", "tty", "plain", "json", "quiet"}}},
      {"format",
       &O::format,
       "How the result is printed on standard output",
       {.group = output, .choices = {"table", "json"}, .ci = false}},
      {"report-dir",
       &O::report_dir,
       "Directory for report.json, report.html, report.md and junit.xml",
       {.value = "DIR", .group = output}},
      {"result-file",
       &O::result_file,
       "File for the outputs of the run, one NAME=VALUE a line, as CI systems read them",
       {.value = "FILE", .group = output, .ci = false}},
      {"metadata-file",
       &O::metadata_file,
       "File for the metadata of the build, as JSON",
       {.value = "FILE", .group = output}},
      {"iidfile", &O::iidfile, "File for the ID of the image", {.value = "FILE", .group = output}},
  };
}

Fields all_fields() {
  Fields all;
  for (auto part : {main_fields(), image_fields(), input_fields(), cache_fields(), test_fields(), builder_fields(),
                    pushing_fields(), output_fields()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace

const Command<BuildOptions>& build_command() {
  static const Command<BuildOptions> command{
      "build", "Build an image for several platforms, test each, and publish them under one tag",
      "Everything is built and tested before a tag moves, so a tag always points at a whole image.\n"
      "Options that take a platform in front of their value hold for that platform alone.",
      "polyarch build --platform linux/amd64,linux/arm64 -t registry.example/app:1 --push .\n"
      "polyarch build --platform linux/amd64,linux/arm64 --test '/app --version' .\n"
      "polyarch build --platform linux/amd64,linux/s390x --optional-platform linux/s390x -t registry.example/app:1 .",
      all_fields()};
  return command;
}

const Command<BuildOptions>& plan_command() {
  static const Command<BuildOptions> command{
      "plan", "Show what a build would do: platforms, builders, emulation, caches and tags",
      "Takes the options of `polyarch build` and changes nothing.",
      "polyarch plan --platform linux/amd64,linux/arm64 -t registry.example/app:1 --push .\n"
      "polyarch plan --format json --platform linux/arm64 .",
      all_fields()};
  return command;
}

}  // namespace polyarch::spec
