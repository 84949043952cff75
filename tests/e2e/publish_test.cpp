// `polyarch publish` on real registries, as a user calls it.
#include <gmock/gmock.h>

#include "base/error.hpp"
#include "e2e/two_registries.hpp"
#include "publish/records.hpp"

namespace polyarch::e2e {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Publishing : public TwoRegistries {
 protected:
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

}  // namespace
}  // namespace polyarch::e2e
