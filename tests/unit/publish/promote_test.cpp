#include "publish/promote.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "publish/legs.hpp"
#include "publish/transfer.hpp"
#include "unit/publish/fixture.hpp"

namespace polyarch::publish {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

class Promote : public testing::PublishTest {
 protected:
  void SetUp() override {
    export_two_platforms();
    const auto layout = layout_.finish({index_});
    for (const auto* const name : {"a", "b"}) push_layout(client_, layout, repository(name));
    const auto index = assemble(read_legs(layout), {});
    artifact_ = {index.media_type, index.dump()};
    gate_.forget();
  }
  void refuse(const std::string& part, int status = 403) {
    gate_.refusal = status;
    gate_.refuses = [part](const http::Request& request) {
      return request.method == "PUT" && request.url.find(part) != std::string::npos;
    };
  }
  Error failure() {
    try {
      promote(client_, artifact_, tags_);
    } catch (const Error& error) {
      return error;
    }
    ADD_FAILURE() << "nothing failed";
    return {ErrorKind::failed, ""};
  }

  Artifact artifact_;
  std::vector<oci::Reference> tags_{tag("a", "1"), tag("a", "latest"), tag("b", "1")};
};

TEST_F(Promote, MovesEveryTagToTheSameIndex) {
  const auto published = promote(client_, artifact_, tags_);
  EXPECT_EQ(published.digest, Digest::sha256(artifact_.bytes));
  EXPECT_EQ(published.media_type, artifact_.media_type);
  EXPECT_EQ(published.size, artifact_.bytes.size());
  for (const auto& tag : tags_) EXPECT_EQ(client_.need_manifest(tag).bytes, artifact_.bytes);
}

TEST_F(Promote, MovesTheTagsOfSeveralArtifactsOnlyWhenAllAreThere) {
  const Artifact image{amd64_image_.media_type, layout_.finish({index_}).read_blob(amd64_image_)};
  refuse("/v2/b/manifests/" + amd64_image_.digest.str());
  EXPECT_THROW(promote(client_, {{artifact_, {tag("a", "1")}}, {image, {tag("b", "1-amd64")}}}), Error);
  EXPECT_THAT(client_.tags(repository("a")), IsEmpty());
  gate_.refuses = nullptr;
  promote(client_, {{artifact_, {tag("a", "1")}}, {image, {tag("b", "1-amd64")}}});
  EXPECT_EQ(client_.need_manifest(tag("a", "1")).bytes, artifact_.bytes);
  EXPECT_EQ(client_.need_manifest(tag("b", "1-amd64")).descriptor.digest, amd64_image_.digest);
}

TEST_F(Promote, IsFreeToRepeat) {
  const auto first = promote(client_, artifact_, tags_);
  EXPECT_EQ(promote(client_, artifact_, tags_).digest, first.digest);
  EXPECT_THAT(client_.tags(repository("a")), UnorderedElementsAre("1", "latest"));
}

TEST_F(Promote, MovesNoTagWhenOneRepositoryRefuses) {
  refuse("/v2/b/manifests/sha256:");
  const auto error = failure();
  EXPECT_THAT(error.message(), AllOf(HasSubstr(repository("b").str()), Not(HasSubstr(repository("a").str()))));
  EXPECT_FALSE(error.hint().empty());
  EXPECT_THAT(client_.tags(repository("a")), IsEmpty());
  EXPECT_THAT(client_.tags(repository("b")), IsEmpty());
}

TEST_F(Promote, OneRepositoryTakesTheIndexAndItsTagsInOneRequest) {
  tags_ = {tag("a", "1"), tag("a", "latest")};
  promote(client_, artifact_, tags_);
  EXPECT_EQ(gate_.count("PUT", "/manifests/"), 1U);
  for (const auto& tag : tags_) EXPECT_EQ(client_.need_manifest(tag).bytes, artifact_.bytes);
  refuse("/manifests/");
  EXPECT_THAT(failure().message(),
              AllOf(HasSubstr("no tag was moved: not accepted: "), HasSubstr(tag("a", "1").str())));
}

TEST_F(Promote, OneTagGoesUnderItsNameAtOnce) {
  tags_ = {tag("a", "1")};
  promote(client_, artifact_, tags_);
  EXPECT_EQ(gate_.count("PUT", "/manifests/1"), 1U);
  EXPECT_EQ(gate_.count("PUT", ""), 1U);
}

TEST_F(Promote, ManyTagsGoByTens) {
  tags_.clear();
  for (int i = 0; i < 21; ++i) tags_.push_back(tag("a", std::to_string(i)));
  promote(client_, artifact_, tags_);
  EXPECT_EQ(gate_.count("PUT", "?tag="), 2U);
  EXPECT_EQ(gate_.count("PUT", "/manifests/"), 3U);
  for (const auto& tag : tags_) EXPECT_EQ(client_.need_manifest(tag).bytes, artifact_.bytes);
}

TEST_F(Promote, TagsGoOneByOneWhereTheRegistryTakesThemSo) {
  gate_.one_tag_a_request = true;
  promote(client_, artifact_, tags_);
  for (const auto& tag : tags_) EXPECT_EQ(client_.need_manifest(tag).bytes, artifact_.bytes);
  EXPECT_EQ(gate_.count("PUT", "/v2/a/manifests/latest"), 1U);
}

TEST_F(Promote, SaysWhichRefusalsAreOfTheCredentials) {
  tags_ = {tag("a", "1"), tag("a", "latest")};
  refuse("/manifests/");
  const auto error = failure();
  EXPECT_EQ(error.kind(), ErrorKind::auth);
  EXPECT_THAT(error.hint(), HasSubstr("may do this"));
}

TEST_F(Promote, ARegistryInTroubleIsNotAskedForEachTag) {
  tags_ = {tag("a", "1"), tag("a", "latest")};
  refuse("/manifests/", 503);
  EXPECT_THAT(failure().message(), AllOf(HasSubstr(tag("a", "1").str()), HasSubstr(tag("a", "latest").str())));
  EXPECT_EQ(gate_.count("PUT", "/manifests/"), 1U);
}

TEST_F(Promote, MovesNoTagWhenAChildIsMissing) {
  tags_.push_back(tag("empty", "1"));
  failure();
  EXPECT_THAT(client_.tags(repository("a")), IsEmpty());
}

TEST_F(Promote, TellsTheTagsThatMovedFromThoseThatDidNot) {
  refuse("latest", 400);
  const auto error = failure();
  EXPECT_EQ(error.kind(), ErrorKind::publish);
  const auto unmoved = error.message().find("not moved: " + tag("a", "latest").str());
  const auto moved = error.message().find("; moved: ");
  ASSERT_NE(unmoved, std::string::npos) << error.message();
  ASSERT_NE(moved, std::string::npos) << error.message();
  for (const auto& one : {tag("a", "1"), tag("b", "1")}) {
    EXPECT_THAT(error.message().substr(moved), HasSubstr(one.str()));
    EXPECT_EQ(client_.need_manifest(one).bytes, artifact_.bytes);
  }
  EXPECT_THAT(client_.tags(repository("a")), ElementsAre("1"));
}

TEST_F(Promote, LeavesTheOldImageUnderATagThatDoesNotMove) {
  client_.put_manifest(tag("a", "latest"), arm64_image_.media_type, layout_.finish({index_}).read_blob(arm64_image_));
  refuse("latest");
  failure();
  EXPECT_EQ(client_.need_manifest(tag("a", "latest")).descriptor.digest, arm64_image_.digest);
}

}  // namespace
}  // namespace polyarch::publish
