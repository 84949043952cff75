// `polyarch publish`, `copy`, `tags` and `inspect --sizes` on real registries, as a user calls them.
#include <gmock/gmock.h>

#include "base/error.hpp"
#include "e2e/images.hpp"
#include "publish/records.hpp"

namespace polyarch::e2e {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Publishing : public Images {
 protected:
  std::string here(const std::string& name) const { return registry_.address() + "/" + name; }
  std::string there(const std::string& name) const { return other_.address() + "/" + name; }

  // An index of the two platforms under `name`, by the engine.
  void publish_two(const std::string& name) {
    const auto source = repository(registry_, "parts");
    must({"publish", "-t", name, push_image(source, "linux/amd64"), push_image(source, "linux/arm64")});
  }

  // What the job of linux/amd64 leaves of a run of these platforms that makes no index of one image.
  publish::Record recorded(const std::string& run_id, const std::vector<std::string>& platforms) {
    const auto amd64 = oci::Platform::parse("linux/amd64");
    const auto image = oci::Reference::parse(push_image(repository(registry_, "app"), amd64.str()));
    publish::Record record{.platform = amd64, .report = Json::object()};
    record.plan = {.run_id = run_id, .platforms = oci::parse_platforms(platforms), .as_index = false};
    record.plan.tags = {oci::Reference::parse(here("app:1"))};
    record.image = publish::Leg{amd64, client_.need_manifest(image).descriptor, {}, "it"};
    return record;
  }

  // A publish of a recorded run by hand, which waits while another job publishes the run.
  sys::ProcessResult outrun(const std::vector<std::string>& options) {
    publish::Records records(client_, repository(registry_, "app"));
    const auto record = recorded("r", {"linux/amd64", "linux/arm64"});
    records.write(record);
    sys::ProcessResult waited;
    std::thread other([&] {
      waited = engine(joined({"publish", "--run-id", "r", "--wait", "1", here("app")}, options));
    });
    std::this_thread::sleep_for(std::chrono::seconds(1));
    records.remove(record.plan, records.read_all("r"));
    other.join();
    return waited;
  }

  // An index of one image, created on that day of January.
  void push_dated(const std::string& tag, int day) {
    polyarch::testing::LayoutBuilder layout;
    const auto created = "\"created\":\"2026-01-0" + std::to_string(day) + "T00:00:00Z\"";
    oci::Manifest manifest{.media_type = std::string(oci::media_type::oci_manifest)};
    manifest.config =
        layout.blob(oci::media_type::oci_config, R"({"os":"linux","architecture":"amd64",)" + created + "}");
    auto image = layout.blob(manifest.media_type, manifest.dump());
    image.platform = oci::Platform::parse("linux/amd64");
    const auto index = layout.index({image});
    const auto bytes = layout.finish({index}).read_blob(index);
    publish::push_layout(client_, layout.finish({index}), repository(registry_, "app"));
    client_.put_manifest(oci::Reference::parse(here("app:" + tag)), index.media_type, bytes);
  }

  // What BuildKit's exporter leaves beside an image; it tells no time.
  void push_layer_cache(const std::string& tag) {
    polyarch::testing::LayoutBuilder layout;
    oci::Manifest manifest{.media_type = std::string(oci::media_type::oci_manifest)};
    manifest.config = layout.blob("application/vnd.buildkit.cacheconfig.v0", R"({"layers":[],"records":[]})");
    const auto cache = layout.blob(manifest.media_type, manifest.dump());
    publish::push_layout(client_, layout.finish({cache}), repository(registry_, "app"));
    client_.put_manifest(oci::Reference::parse(here("app:" + tag)), cache.media_type, manifest.dump());
  }

  ServedRegistry registry_;
  ServedRegistry other_;
};

TEST_F(Publishing, JoinsLayoutsAndRegistriesUnderManyTagsWithOneDigest) {
  polyarch::testing::LayoutBuilder layout;
  layout.finish({layout.image(oci::Platform::parse("linux/arm/v7"), "for arm")});
  const auto amd64 = push_image(repository(other_, "elsewhere"), "linux/amd64", 3'000'000);
  const auto arm64 = push_image(repository(registry_, "parts"), "linux/arm64");
  std::vector<std::string> command{"publish", "--format", "json", "--platform-tags"};
  for (const auto& tag : {here("app:1"), here("app:latest"), there("deep/app:1")})
    command.insert(command.end(), {"-t", tag});
  const auto first = parse_json(must(joined(command, {amd64, arm64, "oci:" + layout.root().string()})), "it");
  EXPECT_EQ(first.at("platforms").at("linux/arm64").at("tags"),
            Json::array({here("app:1-arm64"), here("app:latest-arm64"), there("deep/app:1-arm64")}));
  const auto again = parse_json(must(joined(command, {"oci:" + layout.root().string(), arm64, amd64})), "it");
  EXPECT_EQ(first, again) << "the order of the sources does not matter";
  for (const auto& tag : {here("app:1"), here("app:latest"), there("deep/app:1")}) {
    EXPECT_EQ(digest_of(tag), first.at("digest"));
    EXPECT_THAT(whole_platforms(tag), ElementsAre("linux/amd64", "linux/arm/v7", "linux/arm64"));
  }
  EXPECT_EQ(digest_of(there("deep/app:1-amd64")), amd64.substr(amd64.find('@') + 1));
  EXPECT_EQ(digest_of(here("app:latest-arm64")), arm64.substr(arm64.find('@') + 1));
  EXPECT_NE(digest_of(here("app:1-arm-v7")), "");
}

TEST_F(Publishing, TellsALayoutFromARepositoryOfItsName) {
  const sys::TemporaryDirectory scratch;
  polyarch::testing::LayoutBuilder layout;
  layout.finish({layout.image(oci::Platform::parse("linux/amd64"), "on disk")});
  std::filesystem::create_directories(scratch.path() / registry_.address());
  std::filesystem::copy(layout.root(), scratch.path() / here("parts"), std::filesystem::copy_options::recursive);
  sys::SystemRunner runner(nullptr);
  const auto result = runner.run({.argv = {engine_path(), "publish", "-t", there("app:1"), "oci:" + here("parts"),
                                           push_image(repository(registry_, "parts"), "linux/arm64")},
                                  .directory = scratch.path().string()});
  EXPECT_EQ(result.status, 0) << shown(result);
  EXPECT_THAT(whole_platforms(there("app:1")), ElementsAre("linux/amd64", "linux/arm64"));
}

TEST_F(Publishing, KeepsTheDigestOfOneIndexAndItsReferrers) {
  publish_two(here("app:1"));
  polyarch::testing::LayoutBuilder layout;
  const auto root = client_.need_manifest(oci::Reference::parse(here("app:1"))).descriptor;
  const auto signature = layout.referrer(root, "signed");
  publish::push_layout(client_, layout.finish({signature}), repository(registry_, "app"));
  must({"publish", "-t", there("app:stable"), here("app:1")});
  EXPECT_EQ(digest_of(there("app:stable")), root.digest.str());
  ASSERT_EQ(client_.referrers(repository(other_, "app"), root.digest).size(), 1U);
}

TEST_F(Publishing, OpensAnIndexWithinAnIndexAndKeepsItWhereNothingChanges) {
  polyarch::testing::LayoutBuilder layout;
  const auto image = [&](const std::string& name) {
    const auto platform = oci::Platform::parse(name);
    return polyarch::testing::with_platform(layout.image(platform, name), platform);
  };
  const auto amd64 = image("linux/amd64");
  const auto outer = layout.index({image("linux/arm64"), layout.index({amd64, layout.attestation(amd64)})});
  layout.finish({outer});
  const auto source = "oci:" + layout.root().string();
  must({"publish", "-t", here("app:1"), source});
  EXPECT_EQ(digest_of(here("app:1")), outer.digest.str());
  must({"publish", "-t", there("app:1"), here("app:1")});
  EXPECT_EQ(digest_of(there("app:1")), outer.digest.str());
  EXPECT_THAT(must({"inspect", there("app:1")}),
              ::testing::AllOf(HasSubstr("linux/amd64"), HasSubstr("linux/arm64"), HasSubstr("+attestation")));
  const auto arm = push_image(repository(registry_, "parts"), "linux/arm/v7");
  must({"publish", "-t", there("app:2"), there("app:1"), arm});
  EXPECT_THAT(whole_platforms(there("app:2")),
              ElementsAre("linux/amd64", "linux/arm/v7", "linux/arm64", "unknown/unknown"));
  const auto other = push_image(repository(registry_, "parts"), "linux/amd64");
  EXPECT_THAT(engine({"publish", "-t", there("app:3"), there("app:1"), other}).err,
              ::testing::AllOf(HasSubstr("two images for linux/amd64"), HasSubstr(there("app:1")), HasSubstr(other)));
}

TEST_F(Publishing, AppendsRemovesAndReplacesPlatforms) {
  publish_two(here("app:1"));
  const auto other = push_image(repository(registry_, "parts"), "linux/arm64");
  const auto refused = engine({"publish", "-t", here("app:1"), "--append", other});
  EXPECT_EQ(refused.status, describe(ErrorKind::publish).exit_code) << shown(refused);
  EXPECT_THAT(refused.err, HasSubstr("two images for linux/arm64"));
  must({"publish", "-t", here("app:1"), "--append", "--remove", "linux/arm64", other});
  EXPECT_THAT(whole_platforms(here("app:1")), ElementsAre("linux/amd64", "linux/arm64"));
  EXPECT_THAT(client_.need_manifest(oci::Reference::parse(here("app:1"))).bytes,
              HasSubstr(other.substr(other.find('@') + 1)));
  must({"publish", "-t", here("app:1"), "--remove", "linux/amd64"});
  EXPECT_THAT(whole_platforms(here("app:1")), ElementsAre("linux/arm64"));
  const auto emptied = engine({"publish", "-t", here("app:1"), "--remove", "linux/arm64"});
  EXPECT_EQ(emptied.status, 2) << shown(emptied);
  EXPECT_THAT(emptied.err, ::testing::AllOf(HasSubstr("--remove"), HasSubstr(here("app:1"))));
  must({"publish", "-t", here("fresh:1"), "--append", other});
  EXPECT_THAT(whole_platforms(here("fresh:1")), ElementsAre("linux/arm64"));
}

TEST_F(Publishing, RefusesToTakeAPlatformFromAFurtherTagUnasked) {
  const auto source = repository(registry_, "parts");
  must({"publish", "-t", here("x:1"), push_image(source, "linux/amd64")});
  must({"publish", "-t", there("y:1"), push_image(source, "linux/arm64")});
  const auto before = digest_of(there("y:1"));
  const auto more = push_image(source, "linux/s390x");
  const std::vector<std::string> tags{"publish", "-t", here("x:1"), "-t", here("x:new"), "-t", there("y:1")};
  for (const auto& change :
       std::vector<std::vector<std::string>>{{"--append", more}, {"--remove", "linux/amd64", more}}) {
    const auto refused = engine(joined(tags, change));
    EXPECT_EQ(refused.status, 2) << shown(refused);
    EXPECT_THAT(refused.err, ::testing::AllOf(HasSubstr("linux/arm64"), HasSubstr(there("y:1"))));
  }
  EXPECT_EQ(digest_of(there("y:1")), before);
  // An older image loses none, and may as well be what a run that broke off has left.
  must({"publish", "-t", here("x:old"), here("x:1")});
  must({"publish", "-t", here("x:1"), "--append", more});
  must({"publish", "-t", here("x:1"), "-t", here("x:old"), "--append", more});
  EXPECT_EQ(digest_of(here("x:old")), digest_of(here("x:1")));
  must({"publish", "-t", here("x:1"), "-t", here("x:old"), "--remove", "linux/amd64"});
  EXPECT_THAT(whole_platforms(here("x:old")), ElementsAre("linux/s390x"));
}

TEST_F(Publishing, KeepsWhatAnIndexSaysOfItselfWhenItsPlatformsChange) {
  publish_two(here("app:1"));
  const auto name = oci::Reference::parse(here("app:1"));
  auto members = parse_json(client_.need_manifest(name).bytes, "it");
  const auto subject = members.at("manifests").at(0);
  members["subject"] = {
      {"mediaType", subject.at("mediaType")}, {"digest", subject.at("digest")}, {"size", subject.at("size")}};
  members["artifactType"] = "application/y";
  members["annotations"] = {{"a", "1"}};
  members["later"] = {1, 2};
  client_.put_manifest(name, oci::media_type::oci_index, members.dump());
  must({"publish", "-t", here("app:1"), "--append", push_image(repository(registry_, "parts"), "linux/s390x")});
  EXPECT_THAT(whole_platforms(here("app:1")), ElementsAre("linux/amd64", "linux/arm64", "linux/s390x"));
  must({"publish", "-t", here("app:1"), "--remove", "linux/s390x"});
  EXPECT_EQ(client_.need_manifest(name).bytes, members.dump());
  must({"publish", "-t", here("app:2"), "--annotation", "index:b=2", here("app:1")});
  members["annotations"]["b"] = "2";
  EXPECT_EQ(client_.need_manifest(oci::Reference::parse(here("app:2"))).bytes, members.dump());
}

TEST_F(Publishing, AnnotatesIndexEntriesAndManifests) {
  const auto source = repository(registry_, "parts");
  must({"publish", "-t", here("app:1"), "--annotation", "index:a=1", "--annotation", "manifest-descriptor:b=2",
        "--annotation", "manifest[linux/arm64]:c=3", push_image(source, "linux/amd64"),
        push_image(source, "linux/arm64")});
  EXPECT_THAT(whole_platforms(here("app:1")), ElementsAre("linux/amd64", "linux/arm64"));
  const auto name = oci::Reference::parse(here("app:1"));
  const auto index = oci::Index::parse(client_.need_manifest(name).bytes, "it");
  EXPECT_EQ(index.annotations, (oci::Annotations{{"a", "1"}}));
  const auto annotations = [&](std::size_t i) {
    return oci::Manifest::parse(client_.need_manifest(name.with(index.manifests.at(i).digest)).bytes, "it").annotations;
  };
  EXPECT_EQ(index.manifests.at(0).annotations, (oci::Annotations{{"b", "2"}}));
  EXPECT_EQ(annotations(0), oci::Annotations());
  EXPECT_EQ(annotations(1), (oci::Annotations{{"c", "3"}}));
}

TEST_F(Publishing, ChangesNothingInADryRun) {
  const auto amd64 = push_image(repository(registry_, "parts"), "linux/amd64");
  const auto out = must({"publish", "--dry-run", "--format", "json", "-t", there("app:1"), amd64});
  EXPECT_EQ(parse_json(out, "it").at("index").at("manifests").size(), 1U);
  EXPECT_EQ(digest_of(there("app:1")), "");
  must({"publish", "-t", there("app:1"), amd64});
  EXPECT_EQ(digest_of(there("app:1")), parse_json(out, "it").at("digest"));
}

TEST_F(Publishing, ForetellsWhatARunPublishes) {
  publish::Records(client_, repository(registry_, "app")).write(recorded("r", {"linux/amd64"}));
  const std::vector<std::string> command{"publish", "--run-id", "r", "--format", "json", here("app")};
  const auto foretold = parse_json(must(joined(command, {"--dry-run"})), "it");
  EXPECT_EQ(foretold.at("dryRun"), true);
  EXPECT_EQ(foretold.at("index").at("mediaType"), oci::media_type::oci_manifest);
  EXPECT_EQ(digest_of(here("app:1")), "");
  EXPECT_THAT(must({"publish", "--run-id", "r", "--dry-run", here("app")}), HasSubstr("dry run: nothing was pushed"));
  const auto published = parse_json(must(command), "it");
  EXPECT_EQ(published.at("dryRun"), false);
  EXPECT_EQ(published.at("mediaType"), oci::media_type::oci_manifest);
  EXPECT_EQ(foretold.at("digest"), published.at("digest"));
  EXPECT_EQ(published.at("digest"), digest_of(here("app:1")));
}

TEST_F(Publishing, SaysThatARunMakesSeveralImages) {
  publish::Records records(client_, repository(registry_, "app"));
  auto record = recorded("r", {"linux/amd64", "linux/arm64"});
  records.write(record);
  record.plan.tags = {oci::Reference::parse(here("app:1-alpine"))};
  records.write(record);
  const auto refused = engine({"publish", "--run-id", "r", here("app")});
  EXPECT_EQ(refused.status, 11) << shown(refused);
  EXPECT_THAT(refused.err, ::testing::AllOf(HasSubstr("several images"), HasSubstr(here("app:1-alpine"))));
}

TEST_F(Publishing, RefusesATagWithADigest) {
  const auto digest = "@" + Digest::sha256("").str();
  for (const auto& what : {std::vector{here("app")}, {"--run-id", "r", here("app")}}) {
    const auto refused = engine(joined({"publish", "-t", here("app:2") + digest}, what));
    EXPECT_EQ(refused.status, 2) << shown(refused);
    EXPECT_THAT(refused.err, HasSubstr("names a digest"));
  }
}

TEST_F(Publishing, SaysInJsonThatAnotherJobHasPublished) {
  const auto waited = outrun({"--format", "json"});
  ASSERT_EQ(waited.status, 0) << shown(waited);
  const auto shown_json = parse_json(waited.out, "it");
  EXPECT_EQ(shown_json.at("publishedElsewhere"), true);
  EXPECT_EQ(shown_json.at("tags"), Json::array({here("app:1")}));
}

TEST_F(Publishing, SaysThatATagOfItsOwnWasNotMovedByAnotherJob) {
  const auto waited = outrun({"--tag", here("app:own")});
  EXPECT_EQ(waited.status, 11) << shown(waited);
  EXPECT_THAT(waited.err, HasSubstr("publish --tag " + here("app:own") + " " + here("app:1")));
}

TEST_F(Publishing, MakesADockerListOnDemand) {
  must({"publish", "-t", here("app:1"), "--media-type", "docker",
        push_image(repository(registry_, "parts"), "linux/amd64")});
  EXPECT_EQ(client_.head_manifest(oci::Reference::parse(here("app:1")))->media_type, oci::media_type::docker_index);
}

TEST_F(Publishing, CopiesWholeImagesAndSinglePlatforms) {
  publish_two(here("app:1"));
  publish_two(here("app:2"));
  must({"copy", here("app:1"), here("app:2"), there("mirror/app")});
  for (const auto* const tag : {"1", "2"}) {
    EXPECT_EQ(digest_of(there("mirror/app:") + tag), digest_of(here("app:") + tag));
    EXPECT_THAT(whole_platforms(there("mirror/app:") + tag), ElementsAre("linux/amd64", "linux/arm64"));
  }
  must({"copy", "--platform", "linux/arm64", here("app:1"), there("app:arm")});
  EXPECT_EQ(client_.head_manifest(oci::Reference::parse(there("app:arm")))->media_type, oci::media_type::oci_manifest);
  const auto fight = engine({"copy", here("app:1"), here("app:2"), there("app:3")});
  EXPECT_EQ(fight.status, 2) << shown(fight);
  EXPECT_EQ(digest_of(there("app:3")), "");
}

TEST_F(Publishing, CopiesOnePlatformOfALayoutThatLacksTheOthers) {
  polyarch::testing::LayoutBuilder layout;
  const auto image = [&](const std::string& name) {
    const auto platform = oci::Platform::parse(name);
    return polyarch::testing::with_platform(layout.image(platform, name), platform);
  };
  const auto absent = image("linux/amd64");
  layout.finish({layout.index({absent, image("linux/arm64")})});
  std::filesystem::remove(layout.root() / "blobs/sha256" / std::string(absent.digest.hex()));
  const auto source = layout.root().string();
  must({"copy", "--platform", "linux/arm64", source, here("app:1")});
  EXPECT_EQ(engine({"copy", "--platform", "linux/amd64", source, here("app:1")}).status, 3);
  EXPECT_EQ(engine({"copy", "--platform", "linux/s390x", source, here("app:1")}).status, 2);
  EXPECT_EQ(engine({"copy", source, here("app:2")}).status, 3);
}

TEST_F(Publishing, LooksAtALayoutAndCopiesToNone) {
  const sys::TemporaryDirectory scratch;
  polyarch::testing::LayoutBuilder layout;
  const auto image = layout.image(oci::Platform::parse("linux/arm64"), "on disk");
  layout.finish({image});
  const auto name = "oci:" + layout.root().string();
  const auto seen = parse_json(must({"inspect", "--format", "json", name}), "it");
  EXPECT_EQ(seen.at("reference"), name);
  EXPECT_EQ(seen.at("platforms").at("linux/arm64").at("digest"), image.digest.str());
  const auto refused = engine({"copy", name, "oci:" + (scratch.path() / "new").string()});
  EXPECT_EQ(refused.status, 2) << shown(refused);
  EXPECT_THAT(refused.err, HasSubstr("is an OCI layout"));
}

TEST_F(Publishing, CopiesToARegistryWithAnAddressOfIpVersion6) {
  if (!std::filesystem::exists("/proc/net/if_inet6")) GTEST_SKIP() << "this machine has no IPv6";
  const auto source = push_image(repository(registry_, "app"), "linux/amd64");
  const sys::TemporaryDirectory directory;
  sys::Cancel cancel;
  sys::SystemRunner runner(&cancel);
  sys::ProcessResult copied;
  const auto copy_there = [&](std::string_view line) {
    line.remove_prefix(line.find("//") + 2);
    copied = engine({"copy", source, std::string(line.substr(0, line.find(' '))) + "/app:1"});
    cancel.request();
  };
  EXPECT_THROW(runner.run({.argv = {engine_path(), "registry", "serve", "--listen", "[::1]:0", "--dir",
                                    directory.path().string()},
                           .on_stdout = copy_there}),
               Error);
  EXPECT_EQ(copied.status, 0) << shown(copied);
  EXPECT_THAT(copied.out, HasSubstr("[::1]:"));
}

TEST_F(Publishing, TellsImagesForTwoVersionsOfWindowsApart) {
  polyarch::testing::LayoutBuilder layout;
  std::vector<oci::Descriptor> entries;
  for (const auto* const version : {"10.0.17763.1", "10.0.20348.1"}) {
    const oci::Platform platform{"windows", "amd64", "", version};
    entries.push_back(polyarch::testing::with_platform(layout.image(platform, version), platform));
  }
  layout.finish({layout.index(entries)});
  const auto source = layout.root().string();
  for (const auto& command :
       {std::vector<std::string>{"inspect"}, {"inspect", "--sizes"}, {"publish", "-t", here("app:1")}}) {
    const auto out = parse_json(must(joined(command, {"--format", "json", source})), "it");
    EXPECT_TRUE(out.at("platforms").contains("windows(10.0.17763.1)/amd64")) << out;
    EXPECT_EQ(out.at("platforms").size(), 2U) << out;
  }
}

TEST_F(Publishing, ListsTagsInTheirOrderAndPrunesOldOnes) {
  push_dated("v1.10.0", 5), push_dated("v1.9.0", 3), push_dated("v1.2.0", 1), push_dated("edge", 2);
  client_.put_manifest(oci::Reference::parse(here("app:stable")), oci::media_type::oci_index,
                       client_.need_manifest(oci::Reference::parse(here("app:v1.2.0"))).bytes);
  EXPECT_EQ(must({"tags", "ls", here("app")}), "edge\nstable\nv1.2.0\nv1.9.0\nv1.10.0\n");
  const std::vector<std::string> prune{"tags", "prune", "--match", "v*", "--keep", "1", here("app")};
  EXPECT_THAT(must(prune), HasSubstr("add --yes"));
  EXPECT_EQ(must({"tags", "ls", here("app")}), "edge\nstable\nv1.2.0\nv1.9.0\nv1.10.0\n");
  const auto gone = digest_of(here("app:v1.9.0"));
  must(joined(prune, {"--yes"}));
  EXPECT_EQ(must({"tags", "ls", here("app")}), "edge\nstable\nv1.10.0\n");
  EXPECT_EQ(digest_of(here("app@" + gone)), "");
  for (const auto* const tag : {"edge", "stable", "v1.10.0"})
    EXPECT_THAT(whole_platforms(here("app:") + tag), ElementsAre("linux/amd64"));
  EXPECT_EQ(engine({"tags", "prune", here("app")}).status, 2) << "it must be said what may go";
}

TEST_F(Publishing, PrunesNoCacheBesideAnImageAndDoesNotCountIt) {
  push_dated("v1", 1), push_dated("v2", 2), push_dated("v3", 3);
  push_layer_cache("cache-linux-amd64-main");
  const sys::TemporaryDirectory tree;
  write(tree.path() / "kept/file", "cached");
  for (const auto* const branch : {"main", "topic"})
    must({"cache", "save", "--ref", here("app:mount-linux-amd64-go-1a2b3c4d-") + branch, "--directory",
          tree.path().string(), "kept"});
  const auto shown = must({"tags", "prune", "--keep", "2", here("app")});
  EXPECT_THAT(shown, ::testing::AllOf(HasSubstr("keep: a layer cache"), HasSubstr("keep: a cache snapshot"),
                                      HasSubstr("tags: 1 go, 5 stay")));
  must({"tags", "prune", "--keep", "0", "--yes", here("app")});
  EXPECT_EQ(must({"tags", "ls", here("app")}),
            "cache-linux-amd64-main\nmount-linux-amd64-go-1a2b3c4d-main\nmount-linux-amd64-go-1a2b3c4d-topic\n");
  must({"cache", "prune", "--keep", "0", "--yes", here("app")});
  EXPECT_EQ(must({"tags", "ls", here("app")}), "cache-linux-amd64-main\n");
}

TEST_F(Publishing, ShowsTheLayersThatPlatformsShare) {
  polyarch::testing::LayoutBuilder layout;
  std::vector<oci::Descriptor> entries;
  for (const auto* const name : {"linux/amd64", "linux/arm64"}) {
    const auto platform = oci::Platform::parse(name);
    auto config = platform.to_json();
    config["history"] =
        Json::array({{{"created_by", "COPY config"}}, {{"empty_layer", true}}, {{"created_by", "RUN make"}}});
    oci::Manifest manifest{.media_type = std::string(oci::media_type::oci_manifest),
                           .config = layout.blob(oci::media_type::oci_config, config.dump())};
    manifest.layers = {layout.blob("x/layer", std::string(5000, 's')), layout.blob("x/layer", name)};
    entries.push_back(polyarch::testing::with_platform(layout.blob(manifest.media_type, manifest.dump()), platform));
  }
  layout.finish({layout.index(entries)});
  must({"copy", layout.root().string(), here("app:1")});
  EXPECT_THAT(must({"inspect", "--sizes", here("app:1")}),
              ::testing::AllOf(HasSubstr("5.0 kB ="), HasSubstr("RUN make")));
  const auto sizes = parse_json(must({"inspect", "--sizes", "--format", "json", here("app:1")}), "it").at("sizes");
  const auto& arm64 = sizes.at("platforms").at("linux/arm64");
  EXPECT_EQ(arm64.at("shared"), 5000);
  EXPECT_EQ(arm64.at("layers").at(0).at("shared"), true);
  EXPECT_EQ(arm64.at("layers").at(1).at("shared"), false);
}

}  // namespace
}  // namespace polyarch::e2e
