#include "publish/legs.hpp"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "publish/transfer.hpp"
#include "unit/publish/fixture.hpp"

namespace polyarch::publish {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Legs : public testing::PublishTest {
 protected:
  void expect_two_platforms(const std::vector<Leg>& legs) {
    ASSERT_THAT(legs, SizeIs(2));
    EXPECT_EQ(legs[0].platform, amd64);
    EXPECT_EQ(legs[0].manifest.digest, amd64_image_.digest);
    ASSERT_THAT(legs[0].attestations, SizeIs(1));
    EXPECT_EQ(legs[0].attestations[0].digest, attestation_.digest);
    EXPECT_EQ(legs[1].platform, arm64);
    EXPECT_THAT(legs[1].attestations, IsEmpty());
  }
  std::string failure(const oci::Descriptor& root) {
    try {
      read_legs(layout_.finish({root}));
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::publish);
      return error.message();
    }
    return "nothing failed";
  }
};

TEST_F(Legs, OfALayoutKeepTheirAttestations) {
  export_two_platforms();
  expect_two_platforms(read_legs(layout_.finish({index_})));
}

TEST_F(Legs, OfARegistryKeepTheirAttestationsAndNameTheirSource) {
  export_two_platforms();
  push_layout(client_, layout_.finish({index_}), repository("app"));
  const auto reference = by_digest("app", index_);
  const auto legs = read_legs(client_, reference);
  expect_two_platforms(legs);
  EXPECT_EQ(legs[0].source, reference.str());
}

TEST_F(Legs, HaveThePlatformOfTheirConfigWhenNothingElseSaysIt) {
  export_two_platforms();
  amd64_image_.platform.reset();
  const auto root = layout_.index({amd64_image_});
  EXPECT_EQ(read_legs(layout_.finish({root})).at(0).platform, amd64);
  push_layout(client_, layout_.finish({root}), repository("app"));
  EXPECT_EQ(read_legs(client_, by_digest("app", root)).at(0).platform, amd64);
  EXPECT_EQ(read_legs(client_, by_digest("app", amd64_image_)).at(0).platform, amd64);
}

TEST_F(Legs, OfABareImageCarryNothingOfTheFileThatItCameIn) {
  auto image = layout_.image(arm64, "for arm64");
  image.annotations = {{"org.opencontainers.image.created", "2024-01-01T00:00:00Z"}};
  const auto first = assemble(read_legs(layout_.finish({image})), {});
  image.annotations = {{"org.opencontainers.image.created", "2024-02-02T00:00:00Z"}};
  EXPECT_EQ(assemble(read_legs(layout_.finish({image})), {}).dump(), first.dump());
}

TEST_F(Legs, AreImagesOnly) {
  const auto other = layout_.blob("application/vnd.example", "{}");
  EXPECT_THAT(failure(layout_.index({other})), HasSubstr("application/vnd.example"));
  EXPECT_THAT(failure(layout_.index({layout_.index({other})})), HasSubstr("application/vnd.example"));
}

TEST_F(Legs, OfAnIndexWithinAnIndexAreItsOwn) {
  export_two_platforms();
  const auto outer = layout_.index({arm64_image_, layout_.index({layout_.index({amd64_image_}), attestation_})});
  auto legs = read_legs(layout_.finish({outer}));
  std::ranges::sort(legs, {}, &Leg::platform);
  expect_two_platforms(legs);
  push_layout(client_, layout_.finish({outer}), repository("app"));
  legs = read_legs(client_, by_digest("app", outer));
  std::ranges::sort(legs, {}, &Leg::platform);
  expect_two_platforms(legs);
}

TEST_F(Legs, AreReadOnceHoweverOftenAnIndexIsNamed) {
  export_two_platforms();
  auto outer = index_;
  for (int depth = 0; depth < 40; ++depth) outer = layout_.index({outer, outer});
  expect_two_platforms(read_legs(layout_.finish({outer})));
}

TEST_F(Legs, AreFewEnough) {
  std::vector<oci::Descriptor> entries(20'001, layout_.blob(oci::media_type::oci_manifest, "{}"));
  for (std::size_t i = 0; i < entries.size(); ++i) entries[i].digest = Digest::sha256(std::to_string(i));
  try {
    read_legs(layout_.finish({layout_.index(entries)}));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input);
    EXPECT_THAT(error.message(), HasSubstr("20000"));
  }
}

TEST_F(Legs, AreOfAPlatform) {
  oci::Manifest chart{.media_type = std::string(oci::media_type::oci_manifest),
                      .config = layout_.blob(oci::media_type::oci_empty, "{}")};
  const auto artifact = layout_.blob(chart.media_type, chart.dump());
  EXPECT_THAT(failure(artifact), HasSubstr("platform"));
  EXPECT_THAT(failure(layout_.index({artifact})), HasSubstr(artifact.digest.str()));
  const oci::Platform unknown{"unknown", "unknown", {}, {}};
  EXPECT_THAT(failure(layout_.index({testing::with_platform(layout_.image(unknown, "x"), unknown)})),
              HasSubstr("platform"));
}

TEST_F(Legs, AreOfThePlatformThatTheirConfigSays) {
  const auto image = testing::with_platform(layout_.image(amd64, "for amd64"), arm64);
  const auto message = failure(layout_.index({image}));
  EXPECT_THAT(message,
              ::testing::AllOf(HasSubstr("linux/arm64"), HasSubstr("linux/amd64"), HasSubstr(image.digest.str())));
}

TEST_F(Legs, AreFoundInLayoutsByNameAndInRegistries) {
  export_two_platforms();
  index_.annotations = {{"org.opencontainers.image.ref.name", "1.0"}};
  amd64_image_.annotations = {{"org.opencontainers.image.ref.name", "amd64"}};
  push_layout(client_, layout_.finish({index_}), repository("app"));
  layout_.finish({amd64_image_, index_});
  const auto root = layout_.root().string();
  for (const auto& name : {"oci:" + root + ":1.0", root + ":1.0"}) {
    const auto origin = locate(client_, name);
    EXPECT_EQ(origin.root.digest, index_.digest);
    EXPECT_EQ(origin.tag, "1.0");
    expect_two_platforms(read_legs(origin));
  }
  EXPECT_EQ(locate(client_, root + ":amd64").root.digest, amd64_image_.digest);
  EXPECT_THROW(locate(client_, root + ":other"), Error);
  EXPECT_THROW(locate(client_, root), Error) << "there are two";
  EXPECT_THROW(locate(client_, "oci:" + root + "/absent"), Error);
  expect_two_platforms(read_legs(locate(client_, by_digest("app", index_).str())));
}

// As containerd, BuildKit and docker save name images (io.containerd.image.name), and skopeo, buildah and crane.
TEST_F(Legs, AreFoundInLayoutsByTheWholeName) {
  export_two_platforms();
  const auto named = [](oci::Descriptor image, const std::string& name, const std::string& short_name) {
    image.annotations = {{"org.opencontainers.image.ref.name", short_name}};
    if (!name.empty()) image.annotations["io.containerd.image.name"] = name;
    return image;
  };
  const auto root = layout_.root().string();
  layout_.finish({named(amd64_image_, "docker.io/team/a:latest", "latest"),
                  named(arm64_image_, "docker.io/team/b:latest", "latest"),
                  named(index_, "", "r.example:5000/team/c:1.0")});
  const auto second = locate(client_, "oci:" + root + ":docker.io/team/b:latest");
  EXPECT_EQ(second.root.digest, arm64_image_.digest);
  EXPECT_EQ(second.tag, "latest");
  const auto third = locate(client_, root + ":r.example:5000/team/c:1.0");
  EXPECT_EQ(third.root.digest, index_.digest);
  EXPECT_EQ(third.tag, "1.0");
  for (const auto& text : {root + ":latest", root}) {
    try {
      locate(client_, text);
      ADD_FAILURE() << "one of several: " << text;
    } catch (const Error& error) {
      EXPECT_THAT(error.message(), HasSubstr("docker.io/team/b:latest"));
    }
  }
  layout_.finish({named(index_, "", "1.0"), named(index_, "", "1.0")});
  EXPECT_EQ(locate(client_, root + ":1.0").root.digest, index_.digest) << "one image, however often it is named";
}

TEST_F(Legs, OfAnAbsentReferenceAreAnErrorThatNamesIt) {
  try {
    read_legs(client_, tag("app", "absent"));
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.message(), HasSubstr("app:absent"));
  }
}

}  // namespace
}  // namespace polyarch::publish
