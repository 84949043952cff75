// Every flag that is for BuildKit arrives there, seen by what it did.
#include <algorithm>
#include <set>

#include "e2e/engine.hpp"

namespace polyarch::e2e {
namespace {

namespace fs = std::filesystem;

constexpr const char* builder_name = "polyarch-e2e-flags";
constexpr const char* both = "linux/amd64,linux/arm64";
constexpr const char* nothing_runs =
    "FROM scratch AS first\nCOPY Dockerfile /first\nFROM first\nCOPY Dockerfile /last\n";

class Flags : public Testbed {
 protected:
  static void SetUpTestSuite() {
    if (variable("POLYARCH_TESTBED_BASE").empty()) return;
    registry_ = std::make_unique<ServedRegistry>();
    const auto made =
        engine({"builder", "create", "e2e-flags", "--driver-opt", "image=" + variable("POLYARCH_BUILDKIT_IMAGE"),
                "--driver-opt", "network=host", "--buildkitd-flags", "--allow-insecure-entitlement=network.host"});
    ASSERT_EQ(made.status, 0) << shown(made);
  }
  static void TearDownTestSuite() {
    if (registry_) engine({"builder", "remove", builder_name});
    registry_.reset();
  }

  static std::string tag(const std::string& name) { return registry_->address() + "/flags/" + name; }

  // Without a builder: the caller names another way.
  sys::ProcessResult build_anywhere(const std::string& dockerfile, const std::vector<std::string>& more,
                                    std::map<std::string, std::string> env = {}) const {
    auto arguments = joined({"build", "--cache", "off"}, more);
    if (dockerfile.find("ARG BASE") != std::string::npos)
      arguments = joined(arguments, {"--build-arg", base_argument()});
    return engine(joined(arguments, {context(dockerfile)}), std::move(env));
  }
  sys::ProcessResult build(const std::string& dockerfile, const std::vector<std::string>& more,
                           std::map<std::string, std::string> env = {}) const {
    return build_anywhere(dockerfile, joined({"--builder", builder_name}, more), std::move(env));
  }

  std::string local(const std::string& name) const { return "type=local,dest=" + path(name).string(); }
  std::string content(const std::string& file) const { return sys::read_file(path(file), 1U << 20); }
  static Json manifest(const std::string& reference) {
    const auto result = run({"skopeo", "inspect", "--raw", "--tls-verify=false", "docker://" + reference});
    EXPECT_TRUE(result.ok()) << shown(result);
    return parse_json(result.out, reference);
  }
  static Json config(const std::string& reference, const std::string& architecture) {
    const auto result = run({"skopeo", "inspect", "--config", "--tls-verify=false", "--override-arch", architecture,
                             "docker://" + reference});
    EXPECT_TRUE(result.ok()) << shown(result);
    return parse_json(result.out, reference);
  }

  static std::unique_ptr<ServedRegistry> registry_;
};

std::unique_ptr<ServedRegistry> Flags::registry_;

std::set<std::string> platforms_of(const Json& index) {
  std::set<std::string> out;
  for (const auto& entry : index.at("manifests")) {
    const auto& platform = entry.at("platform");
    out.insert(platform.at("os").get<std::string>() + "/" + platform.at("architecture").get<std::string>());
  }
  return out;
}

const std::set<std::string> both_platforms{"linux/amd64", "linux/arm64"};

TEST_F(Flags, ArgumentsAreForOnePlatformOrForAll) {
  const auto result = build(
      "ARG BASE\nFROM --platform=$BUILDPLATFORM ${BASE} AS work\nARG TARGETARCH\nARG COMMON\nARG OWN=none\n"
      "RUN echo \"$TARGETARCH $COMMON $OWN\" > /values\nFROM scratch\nCOPY --from=work /values /values\n",
      {"--platform", both, "--build-arg", "COMMON=all", "--build-arg", "linux/arm64:OWN=arm", "--output",
       local("out")});
  ASSERT_EQ(result.status, 0) << shown(result);
  EXPECT_EQ(content("out/linux_amd64/values"), "amd64 all none\n");
  EXPECT_EQ(content("out/linux_arm64/values"), "arm64 all arm\n");
}

TEST_F(Flags, StepsSeeHostsLimitsAndFurtherContexts) {
  write(path("other/brought"), "along");
  const auto result = build(
      "ARG BASE\nFROM ${BASE} AS work\nRUN cat /etc/hosts > /hosts; df -k /dev/shm > /shm; "
      "ulimit -n > /files; cat /proc/net/dev > /net\nFROM scratch\n"
      "COPY --from=work /hosts /shm /files /net /\nCOPY --from=other brought /\n",
      {"--add-host", "made.up:10.9.8.7", "--shm-size", "32m", "--ulimit", "nofile=123:456", "--build-context",
       "other=" + path("other").string(), "--network", "none", "--output", local("out")});
  ASSERT_EQ(result.status, 0) << shown(result);
  EXPECT_NE(content("out/hosts").find("10.9.8.7\tmade.up"), std::string::npos) << content("out/hosts");
  EXPECT_NE(content("out/shm").find(" 32768 "), std::string::npos) << content("out/shm");
  EXPECT_EQ(content("out/files"), "123\n");
  EXPECT_EQ(content("out/brought"), "along");
  const auto net = content("out/net");
  EXPECT_EQ(std::ranges::count(net, ':'), 1) << "more than the loopback: " << net;
}

TEST_F(Flags, TheNetworkOfTheHostMustBeAllowed) {
  const auto step = " wget -q -O /dev/null http://" + registry_->address() + "/v2/ && echo; echo \"it was reached\"\n";
  const auto asks_itself = "ARG BASE\nFROM ${BASE}\nRUN --network=host" + step;
  const auto refused = build(asks_itself, {});
  EXPECT_NE(refused.status, 0) << shown(refused);
  EXPECT_NE(refused.err.find("network.host"), std::string::npos) << shown(refused);
  const auto allowed = build(asks_itself, {"--allow", "network.host", "--progress", "plain"});
  EXPECT_EQ(allowed.status, 0) << shown(allowed);
  EXPECT_NE(allowed.err.find("| it was reached"), std::string::npos) << shown(allowed);
  const auto asked =
      build("ARG BASE\nFROM ${BASE}\nRUN" + step, {"--network", "host", "--no-cache", "--progress", "plain"});
  EXPECT_EQ(asked.status, 0) << shown(asked);
  EXPECT_NE(asked.err.find("| it was reached"), std::string::npos) << shown(asked);
}

TEST_F(Flags, StepsRunAnewWhereAsked) {
  constexpr const char* dockerfile =
      "ARG BASE\nFROM ${BASE} AS one\nRUN cat /proc/sys/kernel/random/uuid > /one\n"
      "FROM ${BASE} AS two\nRUN cat /proc/sys/kernel/random/uuid > /two\n"
      "FROM scratch AS last\nCOPY --from=one /one /\nCOPY --from=two /two /\nFROM one AS unasked\nRUN false\n";
  const auto numbers = [&](const std::vector<std::string>& more) {
    const auto result = build(dockerfile, joined({"--target", "last", "--output", local("out")}, more));
    EXPECT_EQ(result.status, 0) << shown(result);
    return std::pair{content("out/one"), content("out/two")};
  };
  const auto first = numbers({});
  EXPECT_EQ(numbers({}), first);
  const auto filtered = numbers({"--no-cache-filter", "two"});
  EXPECT_EQ(filtered.first, first.first);
  EXPECT_NE(filtered.second, first.second);
  const auto anew = numbers({"--no-cache"});
  EXPECT_NE(anew.first, filtered.first);
  EXPECT_NE(anew.second, filtered.second);
}

// The arguments of every process of this machine.
bool some_argument_holds(const std::string& text) {
  for (const auto& entry : fs::directory_iterator("/proc")) {
    try {
      if (sys::read_file(entry.path() / "cmdline", 1U << 20).find(text) != std::string::npos) return true;
    } catch (const std::exception&) {  // no process, or one that has just ended
    }
  }
  return false;
}

TEST_F(Flags, SecretsArriveAndAreSeenNowhereElse) {
  constexpr const char* canary = "canary-4f1d";
  const std::vector<std::string> ids{"a", "b", "c", "d", "e"};
  write(path("secret-c"), std::string(canary) + "-c");
  write(path("secret-d"), std::string(canary) + "-d");
  std::string step = "RUN --network=none";
  for (const auto& id : ids) step += " --mount=type=secret,required=true,id=" + id;
  step += " cat /run/secrets/*; echo; for s in /run/secrets/*; do tail -c 2 $s; done > /seen; echo look now; sleep 1\n";
  bool in_arguments = false;
  std::string err;
  sys::SystemRunner runner(nullptr);
  auto result = runner.run(
      {.argv = {engine_path(),
                "build",
                "--verbose",
                "--no-cache",
                "--cache",
                "off",
                "--builder",
                builder_name,
                "--progress",
                "plain",
                "--build-arg",
                base_argument(),
                "--secret",
                "id=a,env=SECRET_A",
                "--secret-env",
                "b=SECRET_B",
                "--secret",
                "id=c,src=" + path("secret-c").string(),
                "--secret-file",
                "d=" + path("secret-d").string(),
                "--report-dir",
                path("report").string(),
                "--metadata-file",
                path("metadata.json").string(),
                "--output",
                local("out"),
                context("ARG BASE\nFROM ${BASE} AS work\n" + step + "FROM scratch\nCOPY --from=work /seen /\n")},
       .env = {{"SECRET_A", std::string(canary) + "-a"},
               {"SECRET_B", std::string(canary) + "-b"},
               {"POLYARCH_SECRET_VALUE", "e=" + std::string(canary) + "-e"}},
       .on_stderr =
           [&](std::string_view line) {
             err += std::string(line) + "\n";
             if (line.find("| look now") != std::string_view::npos) in_arguments = some_argument_holds(canary);
           },
       .deadline = std::chrono::seconds(60)});
  result.err = err;
  ASSERT_EQ(result.status, 0) << shown(result);
  EXPECT_EQ(content("out/seen"), "-a-b-c-d-e");
  EXPECT_FALSE(in_arguments);
  EXPECT_NE(err.find("| look now"), std::string::npos);
  EXPECT_EQ((result.out + err).find(canary), std::string::npos) << shown(result);
  for (const char* file : {"report/report.json", "report/report.md", "report/junit.xml", "metadata.json"})
    EXPECT_EQ(content(file).find(canary), std::string::npos) << file;
}

TEST_F(Flags, ThePublishedImageIsAsDescribed) {
  const ServedRegistry elsewhere;
  const std::vector<std::string> tags{tag("one:1"), tag("one:2"), tag("two:1"), elsewhere.address() + "/other:1"};
  std::vector<std::string> arguments{"--platform",
                                     both,
                                     "--push",
                                     "--label",
                                     "color=blue",
                                     "--annotation",
                                     "index:of=index",
                                     "--annotation",
                                     "manifest:of=manifest",
                                     "--provenance",
                                     "true",
                                     "--format",
                                     "json",
                                     "--progress",
                                     "json",
                                     "--metadata-file",
                                     path("metadata.json").string(),
                                     "--iidfile",
                                     path("iid").string()};
  for (const auto& name : tags) arguments = joined(arguments, {"--tag", name});
  arguments = joined(arguments, {"--tag", "linux/arm64:" + tag("one:arm")});
  const auto result = build(nothing_runs, arguments);
  ASSERT_EQ(result.status, 0) << shown(result);

  const auto report = parse_json(result.out, "standard output");
  const auto digest = report.at("digest").get<std::string>();
  std::string last;
  for (std::size_t start = 0; start < result.err.size();) {
    const auto end = result.err.find('\n', start);
    EXPECT_TRUE(parse_json(result.err.substr(start, end - start), "progress").contains("event"));
    start = end == std::string::npos ? result.err.size() : end + 1;
  }
  EXPECT_EQ(read_json(path("metadata.json")).at("containerimage.digest"), digest);
  EXPECT_EQ(content("iid"), digest);
  for (const auto& name : tags) EXPECT_EQ(digest_of(name), digest) << name;

  const auto index = manifest(tags.front());
  EXPECT_EQ(index.at("annotations").at("of"), "index");
  std::map<std::string, std::string> images;  // by digest
  std::size_t attestations = 0;
  for (const auto& entry : index.at("manifests")) {
    const auto architecture = entry.at("platform").at("architecture").get<std::string>();
    if (architecture != "unknown") images[entry.at("digest")] = architecture;
  }
  for (const auto& entry : index.at("manifests")) {
    if (entry.at("platform").at("architecture") != "unknown") continue;
    ++attestations;
    EXPECT_EQ(entry.at("annotations").at("vnd.docker.reference.type"), "attestation-manifest");
    EXPECT_TRUE(images.contains(entry.at("annotations").at("vnd.docker.reference.digest").get<std::string>()));
  }
  EXPECT_EQ(attestations, 2U);
  ASSERT_EQ(images.size(), 2U);
  for (const auto& [image, architecture] : images) {
    EXPECT_EQ(manifest(tag("one@" + image)).at("annotations").at("of"), "manifest") << architecture;
    EXPECT_EQ(config(tags.front(), architecture).at("config").at("Labels").at("color"), "blue") << architecture;
  }
  const auto arm = digest_of(tag("one:arm")).value_or("none");
  EXPECT_EQ(images[arm], "arm64") << arm;
}

TEST_F(Flags, TheEnginePushesIsolatedPlatformsWithoutAttestations) {
  const auto result = build(nothing_runs, {"--platform", both, "--push", "--push-with", "engine", "--isolate",
                                           "--provenance", "false", "--sbom", "false", "--target", "first", "--tag",
                                           tag("bare:1"), "--report-dir", path("report").string()});
  ASSERT_EQ(result.status, 0) << shown(result);
  const auto index = manifest(tag("bare:1"));
  EXPECT_EQ(index.at("manifests").size(), 2U) << index.dump();
  EXPECT_EQ(platforms_of(index), both_platforms);
  EXPECT_EQ(config(tag("bare:1"), "amd64").at("rootfs").at("diff_ids").size(), 1U) << "--target";
  EXPECT_EQ(read_json(path("report/report.json")).at("digest"), digest_of(tag("bare:1")).value_or("none"));
}

TEST_F(Flags, ASbomIsMadeByTheGeneratorGiven) {
  const auto generator = build(
      "ARG BASE\nFROM ${BASE}\nENTRYPOINT [\"/bin/sh\", \"-c\", \"echo "
      "'{\\\"_type\\\":\\\"https://in-toto.io/Statement/v0.1\\\",\\\"predicateType\\\":"
      "\\\"https://spdx.dev/Document\\\",\\\"predicate\\\":{}}' > $BUILDKIT_SCAN_DESTINATION/a.spdx.json\"]\n",
      {"--platform", "linux/amd64", "--push", "--tag", tag("generator:1"), "--provenance", "false"});
  ASSERT_EQ(generator.status, 0) << shown(generator);
  const auto result = build(nothing_runs, {"--platform", "linux/amd64", "--push", "--provenance", "false", "--sbom",
                                           "generator=" + tag("generator:1"), "--tag", tag("sbom:1")});
  ASSERT_EQ(result.status, 0) << shown(result);
  const auto index = manifest(tag("sbom:1"));
  ASSERT_EQ(index.at("manifests").size(), 2U) << index.dump();
  const auto& entry = index.at("manifests").at(1);
  EXPECT_EQ(entry.at("annotations").at("vnd.docker.reference.type"), "attestation-manifest");
  const auto attestation = manifest(tag("sbom@") + entry.at("digest").get<std::string>());
  ASSERT_EQ(attestation.at("layers").size(), 1U) << attestation.dump();
  EXPECT_EQ(attestation.at("layers").at(0).at("annotations").at("in-toto.io/predicate-type"),
            "https://spdx.dev/Document");
}

TEST_F(Flags, ACacheInADirectoryServesAnotherBuilder) {
  if (variable("POLYARCH_TESTBED_BUILDKIT").empty()) GTEST_SKIP() << "the testbed has no BuildKit at an address";
  // Neither builder knows this step from an earlier run.
  const auto unique = std::to_string(std::chrono::system_clock::now().time_since_epoch().count());
  const auto dockerfile = "ARG BASE\nFROM ${BASE} AS work\nRUN cat /proc/sys/kernel/random/uuid > /made; : " + unique +
                          "\nFROM scratch\nCOPY --from=work /made /\n";
  const auto directory = path("cache").string();
  const auto written = build(dockerfile, {"--platform", "linux/amd64", "--cache-to",
                                          "type=local,mode=max,dest=" + directory, "--output", local("first")});
  ASSERT_EQ(written.status, 0) << shown(written);
  const auto read =
      build_anywhere(dockerfile, {"--builder", variable("POLYARCH_TESTBED_BUILDKIT"), "--platform", "linux/amd64",
                                  "--cache-from", "type=local,src=" + directory, "--output", local("second")});
  ASSERT_EQ(read.status, 0) << shown(read);
  EXPECT_EQ(content("second/made"), content("first/made"));
  const auto builders = run({"docker", "buildx", "ls"});
  EXPECT_EQ(builders.out.find(variable("POLYARCH_TESTBED_BUILDKIT")), std::string::npos) << builders.out;
}

TEST_F(Flags, ANodeAtAnAddressIsAskedWhatItEmulates) {
  if (variable("POLYARCH_TESTBED_BUILDKIT").empty()) GTEST_SKIP() << "the testbed has no BuildKit at an address";
  const auto result = build_anywhere(nothing_runs, {"--builder", variable("POLYARCH_TESTBED_BUILDKIT"), "--platform",
                                                    both, "--output", "type=cacheonly", "--format", "json"});
  ASSERT_EQ(result.status, 0) << shown(result);
  const auto machine = run({"uname", "-m"}).out.starts_with("aarch64") ? "linux/arm64" : "linux/amd64";
  const auto report = parse_json(result.out, "report");
  for (const auto& leg : report.at("legs")) {
    EXPECT_EQ(leg.at("emulated").get<bool>(), leg.at("platform").get<std::string>() != machine) << leg.dump();
  }
}

// The platforms of an image in an OCI archive.
std::set<std::string> platforms_in_archive(const fs::path& archive, const fs::path& directory) {
  fs::create_directories(directory);
  const auto untar = run({"tar", "-xf", archive.string(), "-C", directory.string()});
  EXPECT_TRUE(untar.ok()) << shown(untar);
  const auto digest = read_json(directory / "index.json").at("manifests").at(0).at("digest").get<std::string>();
  return platforms_of(read_json(directory / "blobs/sha256" / digest.substr(digest.find(':') + 1)));
}

TEST_F(Flags, AnArchiveHoldsBothPlatforms) {
  const auto result = build(nothing_runs, {"--platform", both, "--provenance", "false", "--output",
                                           "type=oci,dest=" + path("image.tar").string()});
  ASSERT_EQ(result.status, 0) << shown(result);
  EXPECT_EQ(platforms_in_archive(path("image.tar"), path("layout")), both_platforms);
}

TEST_F(Flags, TheDockerDriverLoadsOneAndSeveralPlatforms) {
  const std::string name = "polyarch-e2e-flags:load";
  for (const std::string& platforms : {std::string("linux/amd64"), std::string(both)}) {
    const auto result = build_anywhere(nothing_runs, {"--driver", "docker", "--provenance", "false", "--load", "--tag",
                                                      name, "--platform", platforms});
    if (result.err.find("containerd image store") != std::string::npos)
      GTEST_SKIP() << "this Engine has no containerd image store";
    ASSERT_EQ(result.status, 0) << shown(result);
    const auto shown_image = run({"docker", "image", "inspect", "--format", "{{.Os}}/{{.Architecture}}", name});
    EXPECT_EQ(shown_image.out, "linux/amd64\n") << shown(shown_image);
  }
  const auto saved = run({"docker", "image", "save", "--output", path("saved.tar").string(), name});
  EXPECT_TRUE(saved.ok()) << shown(saved);
  EXPECT_EQ(platforms_in_archive(path("saved.tar"), path("saved")), both_platforms);
  run({"docker", "image", "rm", name});
}

}  // namespace
}  // namespace polyarch::e2e
