#include "registry/mirrors.hpp"

#include <gtest/gtest.h>

#include "unit/registry/scripted.hpp"

namespace polyarch::registry {
namespace {

using testing::blob;
using testing::reply;
using testing::Scripted;

const std::string an_index =
    R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]})";

// The registry and a mirror of it, which is the same server below another prefix.
struct Mirrored : Scripted {
  explicit Mirrored(std::deque<testing::Answer> script, bool tags = false) : Scripted(std::move(script)) {
    ClientOptions options{.clock = &clock, .mirrored_tags = tags};
    options.mirrors = {Mirror::parse(server.authority() + "=" + server.authority() + "/copies")};
    mirrored = std::make_unique<Client>(*transport, credentials, options);
  }
  std::vector<std::string> paths() {
    std::vector<std::string> out;
    for (const auto& seen : server.seen()) out.push_back(seen.line().substr(0, seen.line().find(" HTTP/")));
    return out;
  }
  std::unique_ptr<Client> mirrored;
};

TEST(MirrorsTest, AreDeclaredAsRegistryAndPlace) {
  const auto mirror = Mirror::parse("docker.io=mirror.example:5000/cache/hub/");
  EXPECT_EQ(mirror.of, "docker.io");
  const auto place = mirror.place(oci::Reference::parse("alpine:3").repository);
  ASSERT_TRUE(place);
  EXPECT_EQ(place->str(), "mirror.example:5000/cache/hub/library/alpine");
  EXPECT_FALSE(mirror.place(oci::Reference::parse("other.example/x:1").repository));
  for (const auto* const bad : {"", "docker.io", "=x.example", "docker.io=", "docker.io=bad host", "a=x.example/UP"}) {
    EXPECT_THROW(Mirror::parse(bad), Error) << bad;
  }
}

TEST(MirrorsTest, GiveWhatIsNamedByDigest) {
  Mirrored scripted({reply(200, "", an_index)});
  EXPECT_TRUE(scripted.mirrored->get_manifest(scripted.tag().with(Digest::sha256(an_index))));
  ASSERT_EQ(scripted.paths().size(), 1U);
  EXPECT_TRUE(scripted.paths()[0].starts_with("GET /v2/copies/app/manifests/sha256:")) << scripted.paths()[0];
}

TEST(MirrorsTest, AreNotTrustedWithTagsUnlessToldSo) {
  Mirrored strict({reply(200, "", an_index)});
  EXPECT_TRUE(strict.mirrored->get_manifest(strict.tag()));
  EXPECT_EQ(strict.paths(), std::vector<std::string>{"GET /v2/app/manifests/1"});
  Mirrored lenient({reply(200, "", an_index)}, true);
  EXPECT_TRUE(lenient.mirrored->get_manifest(lenient.tag()));
  EXPECT_EQ(lenient.paths(), std::vector<std::string>{"GET /v2/copies/app/manifests/1"});
}

TEST(MirrorsTest, GiveWayToTheRegistryItself) {
  const auto wanted = Digest::sha256(an_index);
  for (const auto& failing : {reply(404), reply(503), reply(403), reply(200, "", "not what was asked for")}) {
    Mirrored scripted({failing, reply(200, "", an_index)});
    EXPECT_TRUE(scripted.mirrored->get_manifest(scripted.tag().with(wanted)));
    ASSERT_EQ(scripted.paths().size(), 2U);
    EXPECT_EQ(scripted.paths()[1], "GET /v2/app/manifests/" + wanted.str());
  }
}

TEST(MirrorsTest, ABlobThatBreaksOffGoesOnFromTheRegistryItself) {
  const std::string bytes(200'000, 'b');
  auto half = reply(200, "", bytes);
  half.bytes.resize(half.bytes.size() - 50'000);
  half.then = testing::Answer::Then::reset;
  Mirrored scripted({half, reply(200, "", bytes)});
  EXPECT_EQ(scripted.mirrored->get_blob(scripted.app(), blob(bytes)), bytes);
  ASSERT_EQ(scripted.paths().size(), 2U);
  EXPECT_TRUE(scripted.paths()[1].starts_with("GET /v2/app/blobs/"));
}

}  // namespace
}  // namespace polyarch::registry
