#include "publish/transfer.hpp"

#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
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
  for (const bool absent : {true, false}) {
    export_two_platforms();
    const auto layout = layout_.finish({index_});
    const auto path = layout.blob_path(Digest::sha256("for arm64"));
    absent ? static_cast<void>(std::filesystem::remove(path)) : sys::write_file(path, "for amd64");
    const auto where = repository(absent ? "absent" : "other");
    EXPECT_THROW(push_layout(client_, layout, where), Error);
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
  copy_graph(client_, repository("a"), repository("b"), index_);
  expect_whole(client_, repository("b"));
  EXPECT_EQ(gate_.count("GET", "/blobs/sha256:"), 0U);
  EXPECT_THAT(client_.tags(repository("b")), IsEmpty());
}

TEST_F(Transfer, CopiesToAnotherRegistry) {
  push();
  const testing::EmbeddedRegistry other;
  const auto there = oci::Repository::parse(other.authority() + "/b");
  copy_graph(client_, repository("a"), there, index_);
  expect_whole(client_, there);
  EXPECT_EQ(gate_.count("POST", "mount="), 0U);
}

TEST_F(Transfer, CopiesAnImageWithoutItsIndex) {
  push();
  copy_graph(client_, repository("a"), repository("b"), arm64_image_);
  EXPECT_TRUE(client_.head_manifest(by_digest("b", arm64_image_)));
  EXPECT_FALSE(client_.head_manifest(by_digest("b", amd64_image_)));
}

TEST_F(Transfer, ToItselfIsNothing) {
  export_two_platforms();
  copy_graph(client_, repository("a"), repository("a"), index_);
  EXPECT_EQ(gate_.count("", ""), 0U);
  EXPECT_EQ(gate_.count("HEAD", ""), 0U);
}

}  // namespace
}  // namespace polyarch::publish
