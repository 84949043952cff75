#include "publish/transfer.hpp"

#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "publish/source.hpp"
#include "unit/publish/fixture.hpp"

namespace polyarch::publish {
namespace {

using ::testing::IsEmpty;

class Transfer : public testing::PublishTest {
 protected:
  void push() {
    export_two_platforms();
    EXPECT_EQ(push_layout(client_, layout_.finish({index_}), repository("a")).digest, index_.digest);
  }
  void expect_whole(registry::Client& client, const oci::Repository& where) {
    for (const auto& image : {amd64_image_, arm64_image_, attestation_}) {
      const auto content = client.get_manifest({where, std::nullopt, image.digest});
      ASSERT_TRUE(content);
      const auto manifest = oci::Manifest::parse(content->bytes, "it");
      EXPECT_TRUE(client.has_blob(where, manifest.config.digest));
      EXPECT_TRUE(client.has_blob(where, manifest.layers.at(0).digest));
    }
    EXPECT_TRUE(client.head_manifest({where, std::nullopt, index_.digest}));
  }
};

TEST_F(Transfer, PushesAWholeGraphAndMovesNoTag) {
  push();
  expect_whole(client_, repository("a"));
  EXPECT_THAT(client_.tags(repository("a")), IsEmpty());
}

TEST_F(Transfer, SendsNothingTwice) {
  push();
  gate_.forget();
  push_layout(client_, layout_.finish({index_}), repository("a"));
  EXPECT_EQ(gate_.count("PUT", ""), 0U);
  EXPECT_EQ(gate_.count("POST", ""), 0U);
}

TEST_F(Transfer, GoesOnWhereItWasBrokenOff) {
  export_two_platforms();
  const auto layout = layout_.finish({index_});
  gate_.refuses = [&](const http::Request& request) {
    return request.method == "PUT" && request.url.ends_with(index_.digest.str());
  };
  EXPECT_THROW(push_layout(client_, layout, repository("a")), Error);
  EXPECT_FALSE(client_.head_manifest(by_digest("a", index_)));
  gate_.refuses = nullptr;
  gate_.forget();
  push_layout(client_, layout, repository("a"));
  expect_whole(client_, repository("a"));
  EXPECT_EQ(gate_.count("POST", ""), 0U);
  EXPECT_EQ(gate_.count("PUT", ""), 1U);
}

TEST_F(Transfer, PushesNoIndexWhoseBlobIsRefused) {
  export_two_platforms();
  gate_.refuses = [](const http::Request& request) { return request.method == "POST"; };
  EXPECT_THROW(push_layout(client_, layout_.finish({index_}), repository("a")), Error);
  EXPECT_EQ(gate_.count("PUT", "/manifests/"), 0U);
}

TEST_F(Transfer, RefusesALayoutThatLacksABlobOrHoldsAnother) {
  for (const auto* const other : {"", "for amd64", "for"}) {
    export_two_platforms();
    const auto layout = layout_.finish({index_});
    const auto path = layout.blob_path(Digest::sha256("for arm64"));
    *other == '\0' ? static_cast<void>(std::filesystem::remove(path)) : sys::write_file(path, other);
    const auto where = repository("other");
    try {
      push_layout(client_, layout, where);
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input);
      EXPECT_THAT(error.message(), ::testing::HasSubstr(path.string()));
    }
    EXPECT_FALSE(client_.head_manifest({where, std::nullopt, index_.digest}));
  }
}

TEST_F(Transfer, RefusesALayoutOfSeveralImages) {
  export_two_platforms();
  EXPECT_THROW(push_layout(client_, layout_.finish({amd64_image_, arm64_image_}), repository("a")), Error);
  EXPECT_THROW(push_layout(client_, layout_.finish({}), repository("a")), Error);
}

TEST_F(Transfer, MountsBlobsWithinARegistry) {
  push();
  gate_.forget();
  transfer(client_, *registry_source(client_, repository("a")), repository("b"), {index_});
  expect_whole(client_, repository("b"));
  EXPECT_EQ(gate_.count("GET", "/blobs/sha256:"), 0U);
  EXPECT_THAT(client_.tags(repository("b")), IsEmpty());
}

TEST_F(Transfer, CopiesToAnotherRegistry) {
  push();
  const testing::EmbeddedRegistry other;
  const auto there = oci::Repository::parse(other.authority() + "/b");
  transfer(client_, *registry_source(client_, repository("a")), there, {index_});
  expect_whole(client_, there);
  EXPECT_EQ(gate_.count("POST", "mount="), 0U);
}

// What hangs on the graph: a signature of the index, a timestamp of that, and an SBOM of one image.
TEST_F(Transfer, TakesReferrersAndTheirReferrersAlong) {
  push();
  const auto source = registry_source(client_, repository("a"));
  const auto signature = layout_.referrer(index_, "signature");
  const auto timestamp = layout_.referrer(signature, "timestamp");
  const auto sbom = layout_.referrer(arm64_image_, "sbom");
  for (const auto& one : {signature, timestamp, sbom}) push_layout(client_, layout_.finish({one}), repository("a"));
  const testing::EmbeddedRegistry other;
  for (const auto& there : {oci::Repository::parse(other.authority() + "/b"), repository("b")}) {
    transfer(client_, *source, there, {index_}, {.referrers = true});
    expect_whole(client_, there);
    const auto referrer = [&](const oci::Descriptor& of) { return client_.referrers(there, of.digest).at(0).digest; };
    EXPECT_EQ(referrer(index_), signature.digest);
    EXPECT_EQ(referrer(signature), timestamp.digest);
    EXPECT_EQ(referrer(arm64_image_), sbom.digest);
  }
}

TEST_F(Transfer, TakesReferrersOfWhatIsThereAlready) {
  push();
  transfer(client_, *registry_source(client_, repository("a")), repository("b"), {index_});
  push_layout(client_, layout_.finish({layout_.referrer(amd64_image_, "late")}), repository("a"));
  transfer(client_, *registry_source(client_, repository("a")), repository("b"), {index_}, {.referrers = true});
  EXPECT_EQ(client_.referrers(repository("b"), amd64_image_.digest).size(), 1U);
}

TEST_F(Transfer, TakesReferrersOutOfALayout) {
  export_two_platforms();
  const auto sbom = layout_.referrer(arm64_image_, "sbom");
  const auto source = layout_source(layout_.finish({index_, sbom}), "it");
  transfer(client_, *source, repository("a"), {index_}, {.referrers = true});
  EXPECT_EQ(client_.referrers(repository("a"), arm64_image_.digest).at(0).digest, sbom.digest);
}

// As regctl writes them: an index of the tag that registries without the referrers API have.
TEST_F(Transfer, TakesReferrersOutOfALayoutThatListsThemUnderATag) {
  export_two_platforms();
  const auto sbom = layout_.referrer(arm64_image_, "sbom");
  auto list = layout_.index({sbom});
  list.annotations["org.opencontainers.image.ref.name"] = "sha256-" + std::string(arm64_image_.digest.hex());
  const auto source = layout_source(layout_.finish({index_, list}), "it");
  transfer(client_, *source, repository("a"), {index_}, {.referrers = true});
  const auto found = client_.referrers(repository("a"), arm64_image_.digest);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].digest, sbom.digest);
}

// Signers wrote this type before the image manifest took its place in OCI 1.1.
TEST_F(Transfer, TakesTheBlobsOfAnArtifactManifest) {
  export_two_platforms();
  const auto content = layout_.blob("application/vnd.example", "signature");
  const Json manifest{{"mediaType", oci::media_type::oci_artifact},
                      {"artifactType", "application/vnd.example"},
                      {"blobs", Json::array({content.to_json()})},
                      {"subject", arm64_image_.to_json()}};
  const auto artifact = layout_.blob(oci::media_type::oci_artifact, manifest.dump());
  transfer(client_, *layout_source(layout_.finish({index_, artifact}), "it"), repository("a"), {index_},
           {.referrers = true});
  EXPECT_TRUE(client_.has_blob(repository("a"), content.digest));
  EXPECT_TRUE(client_.head_manifest(by_digest("a", artifact)));
}

TEST_F(Transfer, CopiesNestedIndexesChildrenFirst) {
  export_two_platforms();
  const auto outer = layout_.index({index_, amd64_image_});  // one child at two depths
  push_layout(client_, layout_.finish({outer}), repository("a"));
  const testing::EmbeddedRegistry other;
  const auto there = oci::Repository::parse(other.authority() + "/b");
  transfer(client_, *registry_source(client_, repository("a")), there, {outer});
  expect_whole(client_, there);
  EXPECT_TRUE(client_.head_manifest({there, std::nullopt, outer.digest}));
}

TEST_F(Transfer, LeavesLayersThatNoRegistryMayDistribute) {
  auto foreign = layout_.blob("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", "x");
  std::filesystem::remove(layout_.root() / "blobs/sha256" / std::string(foreign.digest.hex()));
  oci::Manifest manifest{.media_type = std::string(oci::media_type::docker_manifest),
                         .config = layout_.blob(oci::media_type::oci_config, amd64.to_json().dump())};
  manifest.layers.push_back(foreign);
  const auto image = layout_.blob(manifest.media_type, manifest.dump());
  gate_.refuses = [](const http::Request& request) {
    return request.url.find("/manifests/") != std::string::npos && request.method == "PUT";
  };
  EXPECT_THROW(push_layout(client_, layout_.finish({image}), repository("a")), Error) << "refused by the gate only";
  EXPECT_EQ(gate_.count("PUT", "/manifests/"), 1U);
}

TEST_F(Transfer, CountsWhatItSendsAndWhatItNeedNot) {
  export_two_platforms();
  const auto source = layout_source(layout_.finish({index_}), "it");
  Traffic first;
  transfer(client_, *source, repository("a"), {index_}, {.traffic = &first});
  EXPECT_GT(first.blobs, 0U);
  EXPECT_EQ(first.blobs_done, first.blobs);
  EXPECT_EQ(first.bytes_done, first.bytes);
  EXPECT_EQ(first.bytes_sent, first.bytes);
  Traffic mounted;
  transfer(client_, *registry_source(client_, repository("a")), repository("b"), {index_}, {.traffic = &mounted});
  EXPECT_EQ(mounted.bytes_done, mounted.bytes);
  EXPECT_EQ(mounted.bytes_sent, 0U);
}

TEST_F(Transfer, CopiesAnImageWithoutItsIndex) {
  push();
  transfer(client_, *registry_source(client_, repository("a")), repository("b"), {arm64_image_});
  EXPECT_TRUE(client_.head_manifest(by_digest("b", arm64_image_)));
  EXPECT_FALSE(client_.head_manifest(by_digest("b", amd64_image_)));
}

TEST_F(Transfer, ToItselfIsNothing) {
  export_two_platforms();
  transfer(client_, *registry_source(client_, repository("a")), repository("a"), {index_});
  EXPECT_EQ(gate_.count("", ""), 0U);
  EXPECT_EQ(gate_.count("HEAD", ""), 0U);
}

}  // namespace
}  // namespace polyarch::publish
