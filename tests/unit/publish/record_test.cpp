#include "publish/record.hpp"

#include <functional>
#include <gmock/gmock.h>

#include "base/error.hpp"
#include "publish/records.hpp"
#include "publish/transfer.hpp"
#include "unit/http/fake_clock.hpp"
#include "unit/publish/fixture.hpp"

namespace polyarch::publish {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const auto amd64 = oci::Platform::parse("linux/amd64");
const auto arm64 = oci::Platform::parse("linux/arm64");
const auto riscv64 = oci::Platform::parse("linux/riscv64");

RunPlan sample_plan() {
  RunPlan plan;
  plan.run_id = "pipeline 7";
  plan.revision = "abc";
  plan.inputs = "sha256:1";
  plan.platforms = {amd64, arm64, riscv64};
  plan.optional = {riscv64};
  plan.tags = {oci::Reference::parse("r.example/app:1"), oci::Reference::parse("other.example/app:1")};
  plan.own_tags[arm64] = {oci::Reference::parse("r.example/app:1-arm64")};
  plan.annotations = {{{"title", "app"}}, {{"entry", "e"}}};
  return plan;
}

Leg sample_image(const oci::Platform& platform) {
  Leg leg{
      platform,
      {.media_type = std::string(oci::media_type::oci_manifest), .digest = Digest::sha256(platform.str()), .size = 7},
      {},
      "here"};
  oci::Descriptor attestation{.media_type = std::string(oci::media_type::oci_manifest),
                              .digest = Digest::sha256("attestation of " + platform.str()),
                              .size = 9};
  attestation.platform = oci::Platform{"unknown", "unknown", {}, {}};
  attestation.annotations = {{"vnd.docker.reference.type", "attestation-manifest"},
                             {"vnd.docker.reference.digest", leg.manifest.digest.str()}};
  leg.attestations.push_back(attestation);
  return leg;
}

Record passed(const RunPlan& plan, const oci::Platform& platform) {
  return {plan, platform, sample_image(platform), false, Json{{"platform", platform.str()}, {"result", "passed"}}, {}};
}

Record failed(const RunPlan& plan, const oci::Platform& platform) {
  return {plan, platform, std::nullopt, false, Json{{"platform", platform.str()}, {"result", "failed"}}, {}};
}

TEST(Record, IsReadAsItWasWritten) {
  const auto record = passed(sample_plan(), arm64);
  const auto bytes = record.to_index().dump();
  const auto read = Record::parse(bytes, "a record");
  EXPECT_EQ(read.plan.to_json(), record.plan.to_json());
  EXPECT_EQ(read.plan.own_tags.at(arm64), record.plan.own_tags.at(arm64));
  EXPECT_EQ(read.platform, arm64);
  EXPECT_EQ(read.report, record.report);
  ASSERT_TRUE(read.image);
  EXPECT_EQ(read.image->manifest.digest, record.image->manifest.digest);
  ASSERT_THAT(read.image->attestations, SizeIs(1));
  EXPECT_EQ(read.image->attestations[0].digest, record.image->attestations[0].digest);
  EXPECT_EQ(read.to_index().dump(), bytes);
}

TEST(Record, OfAFailureNamesNoImage) {
  const auto read = Record::parse(failed(sample_plan(), amd64).to_index().dump(), "a record");
  EXPECT_FALSE(read.image);
  EXPECT_EQ(read.report.at("result"), "failed");
}

TEST(Record, StandsAtATagOfItsRunAndPlatform) {
  auto plan = sample_plan();
  const auto armv7 = oci::Platform::parse("linux/arm/v7");
  const auto tag = Record::tag(plan, armv7);
  EXPECT_TRUE(oci::Reference::valid_tag(tag)) << tag;
  EXPECT_TRUE(tag.starts_with(Record::tag_prefix("pipeline 7"))) << tag;
  EXPECT_THAT(tag, HasSubstr("linux-arm-v7"));
  plan.revision = "def";
  EXPECT_EQ(tag, Record::tag(plan, armv7));
  plan.tags.pop_back();
  EXPECT_NE(tag, Record::tag(plan, armv7)) << "another image of the same run";
  plan = sample_plan();
  plan.run_id = std::string(5000, '/');
  EXPECT_NE(tag, Record::tag(plan, armv7));
  EXPECT_TRUE(oci::Reference::valid_tag(Record::tag(plan, armv7)));
}

// Changes what a registry gives; every change must be refused by Error{input} that names the source.
TEST(Record, RefusesWhatIsNone) {
  using Change = std::function<void(Json & index, Json & text)>;
  const std::vector<std::pair<const char*, Change>> changes{
      {"another type", [](Json& index, Json&) { index["artifactType"] = "application/x"; }},
      {"a platform that the plan lacks", [](Json&, Json& text) { text["platform"]["architecture"] = "s390x"; }},
      {"no plan", [](Json&, Json& text) { text.erase("plan"); }},
      {"a plan of nothing", [](Json&, Json& text) { text["plan"]["platforms"] = Json::array(); }},
      {"no tags", [](Json&, Json& text) { text["plan"]["tags"] = Json::array(); }},
      {"a tag that is none", [](Json&, Json& text) { text["plan"]["tags"][0] = "UPPER//:1"; }},
      {"a tag with a digest",
       [](Json&, Json& text) { text["plan"]["tags"][0] = "r.example/a@" + Digest::sha256("").str(); }},
      {"annotations of another type",
       [](Json&, Json& text) {
         text["plan"]["indexAnnotations"] = Json{{"a", 1}};
       }},
      {"a flag of another type", [](Json&, Json& text) { text["plan"]["asIndex"] = "yes"; }},
      {"too many platforms",
       [](Json&, Json& text) {
         for (int i = 0; i < 1000; ++i) text["plan"]["platforms"].push_back(text["platform"]);
       }},
      {"two images", [](Json& index, Json&) { index["manifests"].push_back(index["manifests"][0]); }},
      {"another platform's image",
       [](Json& index, Json&) { index["manifests"][0]["platform"]["architecture"] = "amd64"; }},
      {"an index as image",
       [](Json& index, Json&) { index["manifests"][0]["mediaType"] = oci::media_type::oci_index; }},
  };
  const auto good = Json::parse(passed(sample_plan(), arm64).to_index().dump());
  for (const auto& [name, change] : changes) {
    auto index = good;
    auto text = Json::parse(index["annotations"]["org.polyarch.record"].get<std::string>());
    change(index, text);
    index["annotations"]["org.polyarch.record"] = text.dump();
    try {
      Record::parse(index.dump(), "the record");
      ADD_FAILURE() << "accepted: " << name;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input) << name;
      EXPECT_THAT(error.message(), HasSubstr("the record")) << name;
    }
  }
  for (const std::string_view text : {"", "{}", "[]", "null"}) EXPECT_THROW(Record::parse(text, "x"), Error) << text;
}

TEST(RollCall, IsCompleteWhenEveryLegHasEnded) {
  const auto plan = sample_plan();
  const auto all = call_roll(plan, {passed(plan, riscv64), passed(plan, arm64), passed(plan, amd64)});
  EXPECT_TRUE(all.complete());
  EXPECT_THAT(all.passed, SizeIs(3));
  const auto without = call_roll(plan, {passed(plan, arm64), passed(plan, amd64), failed(plan, riscv64)});
  EXPECT_TRUE(without.complete()) << "the one that failed is optional";
  EXPECT_THAT(without.passed, SizeIs(2));
  EXPECT_THAT(without.failed_optional, ElementsAre(riscv64));
}

TEST(RollCall, IsNotCompleteAsLongAsOneIsMissingOrFailed) {
  const auto plan = sample_plan();
  const auto missing = call_roll(plan, {passed(plan, arm64), passed(plan, riscv64)});
  EXPECT_FALSE(missing.complete());
  EXPECT_THAT(missing.missing, ElementsAre(amd64));
  const auto late = call_roll(plan, {passed(plan, arm64), passed(plan, amd64)});
  EXPECT_FALSE(late.complete()) << "an optional leg may still come";
  EXPECT_THAT(late.missing_optional, ElementsAre(riscv64));
  const auto red = call_roll(plan, {passed(plan, arm64), failed(plan, amd64), passed(plan, riscv64)});
  EXPECT_FALSE(red.complete());
  EXPECT_THAT(red.failed, ElementsAre(amd64));
}

TEST(RollCall, ALegThatIsBuiltAgainCountsAsMissing) {
  const auto plan = sample_plan();
  auto again = passed(plan, amd64);
  again.pending = true;
  const auto roll = call_roll(plan, {passed(plan, arm64), again, passed(plan, riscv64)});
  EXPECT_FALSE(roll.complete());
  EXPECT_THAT(roll.missing, ElementsAre(amd64));
  EXPECT_THAT(roll.foreign, IsEmpty());
}

TEST(RollCall, NeverJoinsTheRecordOfAnotherPlan) {
  const auto plan = sample_plan();
  const std::vector<std::function<void(RunPlan&)>> changes{
      [](RunPlan& other) { other.revision = "def"; },
      [](RunPlan& other) { other.inputs = "sha256:2"; },
      [](RunPlan& other) { other.tags.pop_back(); },
      [](RunPlan& other) { other.own_tags.clear(); },
      [](RunPlan& other) { other.platforms.pop_back(); },
      [](RunPlan& other) { other.optional.clear(); },
      [](RunPlan& other) { other.annotations.annotations["title"] = "other"; },
      [](RunPlan& other) { other.annotations.descriptor_annotations.clear(); },
      [](RunPlan& other) { other.as_index = false; },
      [](RunPlan& other) { other.run_id = "pipeline 8"; },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    auto other = plan;
    changes[i](other);
    const auto roll = call_roll(plan, {passed(plan, arm64), passed(other, amd64), passed(plan, riscv64)});
    EXPECT_FALSE(roll.complete()) << "change " << i;
    EXPECT_THAT(roll.foreign, ElementsAre(amd64)) << "change " << i;
  }
}

TEST(RollCall, ReleasesTheSameBytesWhoeverCompletesIt) {
  const auto plan = sample_plan();
  const auto staging = oci::Repository::parse("r.example/app");
  const auto bytes = [&](const std::vector<Record>& records) {
    const auto release = make_release(plan, call_roll(plan, records).passed, staging);
    return assemble(release.legs, release.annotations).dump();
  };
  EXPECT_EQ(bytes({passed(plan, riscv64), passed(plan, arm64), passed(plan, amd64)}),
            bytes({passed(plan, amd64), passed(plan, riscv64), passed(plan, arm64)}));
}

class RecordsTest : public testing::PublishTest {
 protected:
  // The image must be there before a record may name it.
  Record pushed(const RunPlan& plan, const oci::Platform& platform) {
    testing::LayoutBuilder layout;
    const auto image = layout.image(platform, "content for " + platform.str());
    push_layout(client_, layout.finish({image}), repository("app"));
    return {plan, platform, Leg{platform, image, {}, "here"}, false, Json{{"platform", platform.str()}}, {}};
  }

  Records records_{client_, repository("app")};
};

TEST_F(RecordsTest, SayWhenTheyWereWritten) {
  const testing::FakeClock clock;
  const auto plan = sample_plan();
  Records(client_, repository("app"), clock).write(failed(plan, amd64));
  const auto content = client_.need_manifest(tag("app", Record::tag(plan, amd64)));
  const auto index = oci::Index::parse(content.bytes, "it");
  EXPECT_EQ(index.annotations.at("org.opencontainers.image.created"), "2023-11-14T22:13:20Z");
}

TEST_F(RecordsTest, AreThereForOtherJobsUntilTheyAreTakenAway) {
  const auto plan = sample_plan();
  records_.write(pushed(plan, amd64));
  records_.write(failed(plan, arm64));
  EXPECT_THAT(records_.read(plan), SizeIs(2));
  auto other = plan;
  other.run_id = "another run";
  EXPECT_THAT(records_.read(other), IsEmpty());
  records_.remove(other, records_.read(plan));
  EXPECT_THAT(records_.read(plan), SizeIs(2)) << "only records of the plan are taken away";
  const auto all = records_.read_all(plan.run_id);
  EXPECT_THAT(all, SizeIs(2));
  EXPECT_THAT(records_.read_all("another run"), IsEmpty());
  records_.remove(plan, all);
  EXPECT_THAT(records_.read_all(plan.run_id), IsEmpty());
  EXPECT_THAT(client_.tags(repository("app")), IsEmpty());
}

TEST_F(RecordsTest, ARerunReplacesTheRecord) {
  const auto plan = sample_plan();
  records_.write(failed(plan, amd64));
  records_.write(pushed(plan, amd64));
  const auto read = records_.read(plan);
  ASSERT_THAT(read, SizeIs(1));
  EXPECT_TRUE(read[0].image);
}

TEST_F(RecordsTest, WhatIsNoRecordCountsAsAbsent) {
  const auto plan = sample_plan();
  const auto record = pushed(plan, amd64);
  const auto bytes = client_.need_manifest(by_digest("app", record.image->manifest)).bytes;
  client_.put_manifest(tag("app", Record::tag(plan, amd64)), oci::media_type::oci_manifest, bytes);
  EXPECT_THAT(records_.read(plan), IsEmpty());
}

TEST_F(RecordsTest, ARegistryThatDeletesNothingIsNoFailure) {
  const auto plan = sample_plan();
  records_.write(failed(plan, amd64));
  gate_.refuses = [](const http::Request& request) { return request.method == "DELETE"; };
  EXPECT_NO_THROW(records_.remove(plan, records_.read_all(plan.run_id)));
  EXPECT_THAT(client_.tags(repository("app")), SizeIs(1));
  EXPECT_THAT(records_.read_all(plan.run_id), IsEmpty()) << "who waits for the run must see that it is published";
  EXPECT_THAT(records_.read(plan), IsEmpty()) << "a rerun must not join what is published already";
  records_.write(failed(plan, amd64));
  EXPECT_THAT(records_.read(plan), SizeIs(1));
}

}  // namespace
}  // namespace polyarch::publish
